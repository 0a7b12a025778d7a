import type { ClusterEvent } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createFakeTime } from '../test-time.ts';
import { createEventLine } from './event-line.ts';

/** A line whose events take so many stretches of 4 ms each, by their UID; `told` says what happened, in order. */
function createScene(stretches: Readonly<Record<string, number>>) {
  const time = createFakeTime();
  const told: string[] = [];
  let worked = 0;
  let left = 0;
  const pipeline = {
    begin: ({ uid }: ClusterEvent): void => {
      told.push(`begin ${uid}`);
      if (uid === 'bad') throw new Error('bad');
      left = stretches[uid] ?? 0;
    },
    proceed: (): boolean => {
      if (left > 0) worked += 4;
      left -= 1;
      return left >= 0;
    },
  };
  const line = createEventLine(pipeline, {
    clock: { monoMs: () => time.monoMs() + worked },
    timers: { after: (ms, run) => (told.push('pause'), time.after(ms, run)) },
    applied: ({ uid }) => told.push(`end ${uid}`),
  });
  const push = (uid: string): void => line.push({ kind: 'tick', source: '', uid, monoMs: 7, wallMs: 8 });
  return { time, told, line, push, worked: () => worked };
}

test('an event that is short is applied before its push returns', () => {
  const { told, line, push, time } = createScene({ a: 1 });
  push('a');
  expect([told, line.first(), time.pending()]).toEqual([['begin a', 'end a'], undefined, []]);
});

test('a long one pauses after 10 ms, and those behind it wait in order', () => {
  const { told, line, push, time, worked } = createScene({ long: 7, next: 1 });
  push('long');
  push('next');
  push('last');
  expect([told, worked(), line.first()]).toEqual([['begin long', 'pause'], 12, { monoMs: 7, wallMs: 8 }]);
  time.advance(1);
  expect([told.slice(2), line.first()]).toEqual([
    ['pause', 'end long', 'begin next', 'end next', 'begin last', 'end last'],
    undefined,
  ]);
});

test('an event that fails holds up none behind it', () => {
  const { told, line, push, time } = createScene({ long: 4 });
  expect(() => push('bad')).toThrow('bad');
  push('long');
  push('a');
  time.advance(10);
  const steps = told.filter((step) => step !== 'pause');
  expect([steps, line.first()]).toEqual([['begin bad', 'begin long', 'end long', 'begin a', 'end a'], undefined]);
});

test('nothing goes on after the stop', () => {
  const { told, line, push, time } = createScene({ long: 9 });
  push('long');
  line.stop();
  time.advance(1_000);
  expect([told, time.pending()]).toEqual([['begin long', 'pause'], []]);
});
