/** The daemons of the scene, as far as they speak: heartbeats of every pod, among them some that lag, err or use too much. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HeartbeatReport } from '@rollcall/contract';
import type { ControlPlane } from '../control-plane/index.ts';
import type { Cluster } from '../e2e/cluster.ts';
import { heartbeat, requestToken, send } from '../e2e/senders.ts';
import { each } from '../faults/scene.ts';

const EVERY_MS = 4_000;
/** More than the policy's maxLag. */
const BACKLOG_MS = 45_000;

/** They report until they rest; a pod that comes later is heard from the next round on. */
export interface Agents {
  /** Throws with what was said to one of them unless so many were heard in the last whole round. */
  readonly expectHeard: (count: number) => true;
  readonly rest: () => void;
}

interface Agent {
  readonly index: number;
  readonly node: string;
  readonly token: string;
  sequence: number;
  lastReply?: NonNullable<HeartbeatReport['lastReply']>;
}

/** Speaks for each pod of the DaemonSet that is on a node, with a token of that pod. */
export function startAgents(
  plane: ControlPlane,
  cluster: Cluster,
  of: { readonly daemonset: string; readonly url: string },
): Agents {
  const agents = new Map<string, Agent>();
  let [heard, refusal, rests] = [0, 'nothing yet', false];
  const round = async (): Promise<void> => {
    await welcome(plane, agents, { daemonset: of.daemonset, pods: await cluster.podsOf(of.daemonset) });
    const refusals: string[] = [];
    await each([...agents.values()], async (agent) => void refusals.push(...(await report(agent, of.url))));
    // Somebody who is nobody's pod.
    await send(of.url, { token: 'none', items: [heartbeat('general-0', 1)] });
    [heard, refusal] = [agents.size - refusals.length, refusals[0] ?? ''];
  };
  const work = async (): Promise<void> => {
    while (!rests) {
      // A pod may go between the list and its token.
      await round().catch((error: unknown) => void (refusal = String(error)));
      await delay(EVERY_MS);
    }
  };
  void work();
  return {
    expectHeard: (count) => {
      if (heard < count) throw new Error(`${heard} of ${count} were heard: ${refusal}`);
      return true;
    },
    rest: () => void (rests = true),
  };
}

type Pods = Awaited<ReturnType<Cluster['podsOf']>>;

/** Forgets agents whose pod is gone, and gets a token for each new one that runs. */
async function welcome(
  plane: ControlPlane,
  agents: Map<string, Agent>,
  { daemonset, pods }: { readonly daemonset: string; readonly pods: Pods },
): Promise<void> {
  const running = pods.filter(
    ({ spec, metadata, status }) =>
      spec.nodeName !== undefined && metadata.deletionTimestamp === undefined && status.phase === 'Running',
  );
  const gone = new Set(agents.keys()).difference(new Set(running.map(({ metadata }) => metadata.uid)));
  gone.forEach((uid) => agents.delete(uid));
  await each(running, async ({ metadata: { name, uid }, spec: { nodeName: node = '' } }) => {
    if (agents.has(uid)) return;
    const token = await requestToken(plane, { account: daemonset, pod: { name, uid } });
    agents.set(uid, { index: Number(/\d+$/.exec(node)?.[0] ?? 0), node, token, sequence: 0 });
  });
}

/** Sends one heartbeat; answers why it was refused, if it was. */
async function report(agent: Agent, url: string): Promise<readonly string[]> {
  agent.sequence += 1;
  const sentAt = Date.now();
  const { lastReply } = agent;
  const items = [heartbeat(agent.node, agent.sequence, { ...describe(agent), ...(lastReply && { lastReply }) })];
  const reply = await send(url, { token: agent.token, items }).catch(String);
  if (typeof reply === 'string') return [reply];
  if (reply.status !== 200) return [`${agent.node}: ${reply.status} ${reply.document.detail}`];
  agent.lastReply = { sentAt, receivedAt: Number(reply.document['receivedAt']), returnedAt: Date.now() };
  return [];
}

/** What the agent of a node tells: most are well, and each is a little different. */
function describe({ index, node, sequence }: Agent): Partial<HeartbeatReport> {
  const isOdd = node === 'general-5' || node === 'general-6';
  const lagMs = isOdd ? BACKLOG_MS : 500 + ((index * 137 + sequence * 61) % 60) * 100;
  return {
    ackedThrough: Date.now() - lagMs,
    cpuCores: 0.02 + (index % 10) / 100,
    memoryBytes: (node === 'general-7' ? 320 : 60 + (index % 20) * 4) * 1e6,
    telemetry: [
      { component: 'logs', sent: sequence * 400, dropped: isOdd ? sequence * 30 : 0, bufferFill: isOdd ? 0.9 : 0.1 },
      { component: 'metrics', sent: sequence * 1_000, dropped: 0, bufferFill: 0.05 },
    ],
    errors: isOdd ? [{ component: 'logs', count: sequence, last: 'export to https://loki.example: 429' }] : [],
    mesh: { peersConnected: 9, peersTotal: 10 },
  };
}
