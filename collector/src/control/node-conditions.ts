/** Writes Rollcall's own condition on Nodes, for controllers that gate nodes by conditions (KEP-5233) and for autoscalers. Off unless asked for. */
import { markOf, NODE_CONDITION, NODE_CONDITION_ACCOUNT, type DaemonReady, type NodeObject } from '@rollcall/contract';
import { KubeError, write, type Clock, type Connection, type Log, type Timers } from '@rollcall/kube';
import { lookAgain } from './look-again.ts';

const LOOK_MS = 1_000;
/** As many a second at most, so that a fleet that changes at once does not crowd the API server. */
const WRITES_A_LOOK = 10;
/** So many nodes are compared with what they should say at each look, beside those that changed: what others took away comes back. */
const SWEPT_A_LOOK = 2_000;
const REQUEST_MS = 4_000;
/** The watch has shown a write by then, or never will. */
const ECHO_MS = 30_000;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 300_000;

/** What the writer works with. */
export interface NodeConditionHost {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Where the ServiceAccount is as which is written. */
  readonly namespace: string;
  /** The nodes by name as they were last seen; changed by their owner between two looks. */
  readonly nodes: ReadonlyMap<string, { readonly object: NodeObject }>;
  /** What is to be said of a node; undefined to leave it as it is. */
  wanted(node: string): DaemonReady | undefined;
  mayWrite(): boolean;
}

/** A writer that runs. */
export interface NodeConditionWriter {
  /** This node has changed. */
  note(node: string): void;
  writes(): { readonly written: number; readonly failed: number };
  /** Ends it, with the writes that are under way. May be called twice. */
  stop(): Promise<void>;
}

interface Desk extends NodeConditionHost {
  readonly changed: Set<string>;
  /** What was written and is not seen yet. */
  readonly echoes: Map<string, { readonly mark: string; readonly untilMono: number }>;
  readonly counts: { written: number; failed: number };
  readonly ending: AbortController;
  /** Where the sweep stands. */
  sweep: Iterator<string>;
  failures: number;
  notBeforeMono: number;
}

/** Starts it: it writes only what a node does not say already, ten a second at most, and waits 10 s to 5 min after a failure. */
export function startNodeConditions(host: NodeConditionHost): NodeConditionWriter {
  const desk: Desk = {
    ...host,
    changed: new Set(),
    echoes: new Map(),
    counts: { written: 0, failed: 0 },
    ending: new AbortController(),
    sweep: host.nodes.keys(),
    failures: 0,
    notBeforeMono: 0,
  };
  return {
    note: (node) => void desk.changed.add(node),
    writes: () => ({ ...desk.counts }),
    stop: lookAgain({ timers: host.timers, everyMs: LOOK_MS, ending: desk.ending, look: () => look(desk) }),
  };
}

async function look(desk: Desk): Promise<void> {
  // Who does not lead keeps no list of changes: the sweep of whoever leads next finds them.
  if (!desk.mayWrite()) return desk.changed.clear();
  if (desk.clock.monoMs() < desk.notBeforeMono) return;
  const due = findDue(desk);
  await Promise.all(due.map(([node, say]) => writeOne(desk, node, say)));
}

type Due = readonly [node: NodeObject, say: DaemonReady];

function findDue(desk: Desk): readonly Due[] {
  const due = new Map<string, Due>();
  for (const name of desk.changed) {
    if (due.size === WRITES_A_LOOK) return [...due.values()];
    desk.changed.delete(name);
    addDue(desk, name, due);
  }
  for (let looked = 0; looked < SWEPT_A_LOOK && due.size < WRITES_A_LOOK; looked += 1) {
    const next = desk.sweep.next();
    if (next.done === true) {
      desk.sweep = desk.nodes.keys();
      break;
    }
    addDue(desk, next.value, due);
  }
  return [...due.values()];
}

function addDue(desk: Desk, name: string, due: Map<string, Due>): void {
  const node = desk.nodes.get(name)?.object;
  if (node === undefined) return;
  const say = desk.wanted(name);
  if (say !== undefined && isDue(desk, node, say)) due.set(name, [node, say]);
}

function isDue({ echoes, clock }: Desk, { uid, daemonReady }: NodeObject, say: DaemonReady): boolean {
  const mark = markOf(say);
  const echo = echoes.get(uid);
  const isOver = daemonReady === mark || (echo?.untilMono ?? Infinity) <= clock.monoMs();
  if (isOver) echoes.delete(uid);
  if (daemonReady === mark || (!isOver && echo?.mark === mark)) return false;
  // A node of which nothing was ever said, and on which nobody expects a daemon, is none of our business.
  return daemonReady !== undefined || say.reason !== 'NotExpected';
}

/** Writes one condition. Never throws. By a strategic merge, so that lastTransitionTime stays where the status does. */
async function writeOne(desk: Desk, node: NodeObject, say: DaemonReady): Promise<void> {
  const { connection, clock, log, namespace, counts, ending, echoes } = desk;
  const now = new Date(clock.wallMs()).toISOString().replace(/\.\d+/, '');
  const turned = node.daemonReady?.startsWith(say.status) !== true;
  const condition = {
    type: NODE_CONDITION,
    ...say,
    lastHeartbeatTime: now,
    ...(turned && { lastTransitionTime: now }),
  };
  try {
    await write(connection, {
      method: 'PATCH',
      path: `/api/v1/nodes/${node.name}/status`,
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { uid: node.uid }, status: { conditions: [condition] } },
      impersonate: `system:serviceaccount:${namespace}:${NODE_CONDITION_ACCOUNT}`,
      timeoutMs: REQUEST_MS,
      signal: ending.signal,
    });
    counts.written += 1;
    desk.failures = 0;
    echoes.set(node.uid, { mark: markOf(say), untilMono: clock.monoMs() + ECHO_MS });
  } catch (error) {
    // A node that is gone, or another one of its name, needs no condition of the former.
    if (ending.signal.aborted || (error instanceof KubeError && ['NotFound', 'Conflict'].includes(error.code))) return;
    counts.failed += 1;
    desk.changed.add(node.name);
    pause(desk);
    log.warn({ node: node.name, err: error }, 'the condition of a node could not be written');
  }
}

function pause(desk: Desk): void {
  const monoMs = desk.clock.monoMs();
  // The writes of one look fail together, for one reason.
  if (monoMs < desk.notBeforeMono) return;
  desk.failures += 1;
  desk.notBeforeMono = monoMs + Math.min(FIRST_WAIT_MS * 2 ** (desk.failures - 1), LONGEST_WAIT_MS);
}
