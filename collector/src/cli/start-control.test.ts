import type { ClusterEvent } from '@rollcall/contract';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createFakeTime } from '../test-time.ts';
import { startControl } from './start-control.ts';

test('a role begins when it is told, also while earlier events wait to be applied', async () => {
  const time = createFakeTime(1_000);
  time.advance(5_000);
  const events: ClusterEvent[] = [];
  const control = startControl(
    { emit: (event) => void events.push(event), pipeline: {} as never, now: () => ({ monoMs: 0, wallMs: 0 }) },
    {
      config: {
        leaderElect: true,
        collectorNamespace: 'rollcall',
        nodeConditions: false,
        alertmanager: undefined,
        cluster: '',
      },
      connection: {} as never,
      log: pino({ level: 'silent' }),
      machine: { clock: time, timers: time },
      book: { applied: () => [] },
      answers: { policies: () => [] },
      readiness: () => ({ ready: false }),
    },
  );
  await control.stop();
  expect(events.map(({ kind, monoMs }) => [kind, monoMs])).toEqual([
    ['role', 5_000],
    ['role', 5_000],
  ]);
});
