/** A server with a stream of two policies, whose time passes by turns. */
import type { PolicySummary, Transition } from '@rollcall/contract';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { startServer, type RunningServer } from './server.ts';
import type { StreamTopic } from './stream-query.ts';
import { createStream, type Stream } from './stream.ts';
import type { Listener } from './test-listener.ts';
import { policyAnswer, serverOptions } from './test-ports.ts';

/** The DaemonSets of the two policies. */
export const AGENT: StreamTopic = { namespace: 'kube-system', daemonset: 'agent' };
/** The other one. */
export const OTHER: StreamTopic = { namespace: 'mesh', daemonset: 'plexd' };

/** The stream, its server, and what a test may change; `reads` counts how often summaries were asked for. */
export interface StreamWorld {
  readonly time: FakeTime;
  readonly stream: Stream;
  readonly server: RunningServer;
  readonly faults: readonly unknown[];
  summaries: PolicySummary[];
  reads: number;
  /** Time passes, turn by turn. */
  pass(turns: number): void;
}

/** Starts it; ids are of the life `life`. */
export async function startStreamWorld(): Promise<StreamWorld> {
  const time = createFakeTime();
  const faults: unknown[] = [];
  const state = { summaries: [summary(AGENT, 1), summary(OTHER, 5)], reads: 0 };
  const summaries = (): readonly PolicySummary[] => {
    state.reads += 1;
    return state.summaries;
  };
  const log = { error: (fields: object) => void faults.push(fields) };
  const stream = createStream({ summaries, after: time.after, life: 'life', log });
  const server = await startServer(serverOptions({ stream }));
  const pass = (turns: number): void => {
    for (let i = 0; i < turns; i++) time.advance(1_000);
  };
  return Object.assign(state, { time, stream, server, faults, pass });
}

/** A policy about that DaemonSet. */
export function summary(topic: StreamTopic, covered: number, uid = topic.daemonset): PolicySummary {
  const whole = policyAnswer();
  return { ...whole, ...topic, policy: { ...whole.policy, uid }, counts: { ...whole.counts, covered } };
}

/** A node that crashes. */
export function move(node: string): Transition {
  const ends = { from: 'covered', to: 'uncovered', reason: 'CrashLoop', evidence: '' } as const;
  return { sequence: 1, cluster: '', policyUid: 'agent', nodeUid: node, node, pool: 'none', ...ends, wallMs: 0 };
}

/** Waits until a client has got so many messages. */
export async function heard(listener: Listener, count: number): Promise<readonly string[]> {
  await until(() => listener.messages().length >= count, `${count} messages, of ${listener.messages().join(', ')}`);
  return listener.messages();
}
