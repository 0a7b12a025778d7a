import { describe, expect, test } from 'vitest';
import type { Reply, Request } from './batch.ts';
import { transition } from './journal.cases.ts';
import { createRowQueue } from './row-queue.ts';
import { createScribe } from './scribe.ts';

/** A thread that answers only when the case says so, on a clock that stands still unless it is moved. */
function createDesk() {
  const requests: Request[] = [];
  const timers: { at: number; run: () => void }[] = [];
  const warned: string[] = [];
  let now = 0;
  let listener: { replied(reply: Reply): void; died(why: string): void } | undefined;
  let threads = 0;
  const queue = createRowQueue({ rows: 3, memories: 2, cuts: 2 });
  const scribe = createScribe({
    path: 'j',
    queue,
    clock: { monoMs: () => now },
    timers: {
      after: (ms, run) => {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    log: { info: (_, message) => void warned.push(message), warn: (_, message) => void warned.push(message) },
    start: (own) => {
      listener = own;
      threads += 1;
      return { post: (request) => void requests.push(request), end: () => undefined };
    },
  });
  const wait = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = timers.toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > end) break;
      now = next.at;
      timers.splice(timers.indexOf(next), 1);
      next.run();
    }
    now = end;
  };
  const reply = (own: Reply): void => listener?.replied(own);
  const open = (): void =>
    reply({ kind: 'opened', recalled: { replica: 'r', cuts: [], transitions: [], setAside: undefined } });
  return {
    scribe,
    queue,
    requests,
    warned,
    wait,
    reply,
    open,
    die: () => listener?.died('out of memory'),
    threads: () => threads,
  };
}

describe('a disk that stands still', () => {
  test('is said after ten seconds, holds nothing up, and is over by itself', () => {
    const desk = createDesk();
    desk.open();
    desk.queue.add(transition(1));
    desk.wait(1_000);
    expect(desk.requests.map(({ kind }) => kind)).toEqual(['open', 'write']);
    desk.wait(10_000);
    expect(desk.scribe.status()).toMatchObject({ state: 'hanging', queued: 1 });
    expect(desk.scribe.notes()).toEqual([expect.stringContaining('its disk does not answer')]);
    for (let ms = 2; ms < 9; ms += 1) desk.queue.add(transition(ms));
    expect(desk.scribe.status()).toMatchObject({ queued: 4, dropped: 4 });
    desk.reply({ kind: 'written' });
    expect(desk.scribe.status()).toMatchObject({ state: 'writing', written: 1 });
    expect(desk.scribe.notes()).toEqual([]);
    expect(desk.warned.at(-1)).toBe('the journal is written again');
  });

  test('does not keep whoever asks waiting', async () => {
    const desk = createDesk();
    desk.open();
    const asked = desk.scribe.ask({ ask: 'newestForeign' });
    desk.wait(8_000);
    await expect(asked).rejects.toThrow('no answer within 8 s');
  });
});

test('a batch that failed is written again, later and later, and nothing overtakes it', () => {
  const desk = createDesk();
  desk.open();
  desk.queue.add(transition(1));
  desk.wait(1_000);
  for (const ms of [1_000, 2_000, 4_000]) {
    const before = desk.requests.length;
    desk.reply({ kind: 'failed', failure: { fault: 'full', message: 'database or disk is full' } });
    desk.queue.add(transition(2));
    desk.wait(ms - 1);
    expect(desk.requests).toHaveLength(before);
    desk.wait(1_001);
    expect(desk.requests.at(-1)).toMatchObject({ kind: 'write', batch: { rows: [{ sequence: 1 }] } });
  }
  expect(desk.warned.filter((text) => text.includes('its disk is full'))).toHaveLength(1);
});

test('a batch that is refused for its own sake stands in nobody’s way for ever', () => {
  const desk = createDesk();
  desk.open();
  desk.queue.add(transition(1));
  for (let at = 0; at < 3; at += 1) {
    desk.wait(60_000);
    desk.reply({ kind: 'failed', failure: { fault: 'failed', message: 'datatype mismatch' } });
  }
  expect(desk.scribe.status()).toMatchObject({ queued: 0, dropped: 1 });
});

test('a thread that ended is started again, and the file opened anew', () => {
  const desk = createDesk();
  desk.open();
  desk.die();
  expect(desk.scribe.status().state).toBe('failed');
  desk.wait(3_000);
  expect([desk.threads(), desk.requests.at(-1)?.kind]).toEqual([2, 'open']);
});
