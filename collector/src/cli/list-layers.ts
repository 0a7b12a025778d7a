/** Lists once what the layers beyond the pod are judged by. What cannot be read takes nothing else along: it is not evaluated. */
import { daemonSource, namespaceLabelsSource, networkPolicySource, WATCH, type NodeObject } from '@rollcall/contract';
import { KubeError, readJson, type Connection, type WatchState } from '@rollcall/kube';
import { isInScope } from '../watch/daemon-scope.ts';
import { daemonsPath, type DaemonSource } from '../watch/daemon-watch.ts';
import { eventsIn } from '../watch/evidence-watch.ts';
import type { LayerNeeds } from '../watch/layer-watch.ts';
import { networkPoliciesPath, oneNamespace } from '../watch/sink-watch.ts';
import { projectNamespaceLabels, projectNetworkPolicy } from '../watch/project-network-policy.ts';
import { leasesPath } from '../watch/lease-reader.ts';
import { nodeStatesPath } from '../watch/node-state-watch.ts';
import { projectDaemon } from '../watch/project-daemon.ts';
import { projectKubeEvent } from '../watch/project-kube-event.ts';
import { projectLease } from '../watch/project-lease.ts';
import { projectNodeState } from '../watch/project-node-state.ts';
import type { Look } from './look.ts';
import type { SourceStates } from './source-condition.ts';

/** Lists the Daemons and node states that are asked for; answers what became of the sources. */
export async function listLayers(
  look: Look,
  needs: LayerNeeds,
  sources: readonly DaemonSource[],
): Promise<SourceStates> {
  const states = new Map<string, Pick<WatchState, 'name' | 'trouble'>>();
  for (const source of sources) {
    if (!needs.daemonSources.has(source.name)) continue;
    states.set(source.name, await attempt(look, () => listDaemons(look, source)));
  }
  const { trouble } = needs.heartbeats ? await attempt(look, () => listNodeStates(look)) : {};
  if (trouble !== undefined) look.warnings.add(`not evaluated: the signs of life of the agents: ${trouble.message}`);
  const sinks = await attempt(look, () => listSinks(look, needs.sinks));
  if (sinks.trouble !== undefined) look.warnings.add(`not evaluated: the ways to the sinks: ${sinks.trouble.message}`);
  const evidence = await attempt(look, () => listEvents(look, needs.namespaces));
  if (evidence.trouble !== undefined) look.warnings.add(`not evaluated: Events: ${evidence.trouble.message}`);
  return { known: sources.map(({ name }) => name), stateOf: (name) => states.get(name) };
}

async function listDaemons(look: Look, { name, connection, scope }: DaemonSource): Promise<void> {
  const source = daemonSource(name);
  const { labelSelector } = scope;
  const resource = { path: daemonsPath(), ...(labelSelector === '' ? {} : { labelSelector }) };
  const project = (raw: unknown) => (isInScope(raw, scope) ? projectDaemon(raw, look.intern) : undefined);
  for (const object of await look.list(resource, project, connection)) {
    if (object !== undefined) look.tell({ kind: 'daemon', uid: object.uid, object }, source);
  }
  look.live(source);
}

async function listNodeStates(look: Look): Promise<void> {
  const project = (raw: unknown) => projectNodeState(raw, look.intern);
  for (const object of await look.list({ path: nodeStatesPath() }, project))
    look.tell({ kind: 'nodeState', uid: object.uid, object }, WATCH.nodeStates);
  look.live(WATCH.nodeStates);
}

async function listSinks(look: Look, { senders, receivers }: LayerNeeds['sinks']): Promise<void> {
  for (const namespace of senders) {
    const source = networkPolicySource(namespace);
    const path = networkPoliciesPath(namespace);
    for (const object of await look.list({ path }, (raw) => projectNetworkPolicy(raw, look.intern)))
      look.tell({ kind: 'networkPolicy', uid: object.uid, object }, source);
    look.live(source);
  }
  for (const name of receivers) {
    const source = namespaceLabelsSource(name);
    for (const object of await look.list(oneNamespace(name), (raw) => projectNamespaceLabels(raw, look.intern)))
      look.tell({ kind: 'namespaceLabels', uid: object.uid, object }, source);
    look.live(source);
  }
}

/** The end of a namespace is not looked for: who is asked once has its DaemonSet's own deletion before him. */
async function listEvents(look: Look, namespaces: ReadonlySet<string>): Promise<void> {
  for (const { source, ...resource } of [...namespaces].flatMap(eventsIn)) {
    for (const object of await look.list(resource, (raw) => projectKubeEvent(raw, look.intern)))
      look.tell({ kind: 'kubeEvent', uid: object.uid, object }, source);
  }
}

/** What a watch would say of itself after such a list. */
async function attempt(look: Look, list: () => Promise<void>): Promise<Pick<WatchState, 'name' | 'trouble'>> {
  try {
    await list();
    return { name: 'live', trouble: undefined };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const { code, message } = error;
    return { name: 'syncing', trouble: { code, message, wallMs: look.now().wallMs } };
  }
}

// One look reads no more than this: the age of a Lease is evidence, and the first nodes show it.
const MOST_LEASES = 50;

/** Reads the Leases of the nodes that cannot be reached; one that cannot be read is no evidence. */
export async function readSilentLeases(
  look: Look,
  connection: Connection,
  nodes: readonly NodeObject[],
): Promise<void> {
  const silent = nodes.filter(({ ready }) => ready.status === 'Unknown').slice(0, MOST_LEASES);
  for (const { name } of silent) {
    try {
      const object = projectLease(await readJson(connection, `${leasesPath()}/${encodeURIComponent(name)}`));
      look.tell({ kind: 'lease', uid: object.uid, object }, WATCH.leases);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
    }
  }
}
