import { WATCH, type ClusterEvent } from '@rollcall/contract';
import pino from 'pino';
import { expect, test } from 'vitest';
import { buildDaemonSet, buildNode, buildPolicy } from '../test-objects.ts';
import { startPipeline } from './live-pipeline.ts';

test('a Lease ends by the clock, also while events wait behind the review of a whole policy', () => {
  let [ms, step] = [1_000, 0];
  const clock = { monoMs: () => (ms += step), wallMs: () => ms, random: () => 0 };
  const timers = { after: () => () => undefined };
  const log = pino({ level: 'silent' });
  const live = startPipeline({
    cluster: '',
    log,
    self: { observeDelay: () => undefined },
    machine: { clock, timers },
  });
  const send = (event: object): void =>
    live.emit({ source: '', uid: '', monoMs: ms, wallMs: ms, ...event } as ClusterEvent);
  for (let n = 0; n < 1_000; n++) send({ kind: 'node', uid: `n${n}`, object: buildNode(`n${n}`, { uid: `n${n}` }) });
  send({ kind: 'daemonset', uid: 'ds', object: buildDaemonSet({ uid: 'ds' }) });
  send({ kind: 'policy', uid: 'policy-agent', object: buildPolicy() });
  send({ kind: 'role', leader: true, untilMonoMs: 5_000 });
  send({ kind: 'watchState', uid: WATCH.daemonsets, source: WATCH.daemonsets, state: 'live' });
  // From now on each look at the clock finds that half a stretch has passed.
  step = 6;
  send({ kind: 'watchState', uid: WATCH.nodes, source: WATCH.nodes, state: 'live' });
  step = 0;
  expect([live.now().monoMs, live.leads()]).toEqual([1_000, true]);
  ms = 5_000;
  expect([live.now().monoMs, live.leads()]).toEqual([1_000, false]);
  live.stop();
});
