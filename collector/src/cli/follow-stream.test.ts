import type { StreamMessage } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { followStream } from './follow-stream.ts';
import { streamText } from './test-collector.ts';

const LOST: StreamMessage = { event: 'resync', why: 'lost' };

/** One opening of the stream: a body that the case feeds, or an error. */
interface Opened {
  readonly lastId: string | undefined;
  push(text: string): void;
}

interface Followed {
  readonly time: FakeTime;
  readonly heard: string[];
  readonly opened: Opened[];
  readonly attempts: () => number;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Follows a server that refuses at these attempts, counted from 0. */
function follow(refuses: (attempt: number) => boolean = () => false): Followed {
  const time = createFakeTime();
  const heard: string[] = [];
  const opened: Opened[] = [];
  const abort = new AbortController();
  let attempts = 0;
  const open = async (_: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => {
    attempts += 1;
    if (refuses(attempts - 1)) throw new Error('refused');
    const { readable, writable } = new TransformStream<Buffer, Buffer>();
    const writer = writable.getWriter();
    signal.addEventListener('abort', () => void writer.abort(signal.reason).catch(() => undefined));
    opened.push({
      lastId: headers['Last-Event-ID'],
      push: (text) => void writer.write(Buffer.from(text)).catch(() => undefined),
    });
    return readable as unknown as AsyncIterable<Buffer>;
  };
  const ended = followStream({
    client: { open },
    clock: time,
    timers: time,
    signal: abort.signal,
    onMessage: ({ event }) => heard.push(event),
    onOpen: async () => void heard.push('open'),
    onTrouble: (why) => heard.push(`trouble: ${why}`),
  });
  return { time, heard, opened, attempts: () => attempts, abort, ended };
}

test('a stream on which nothing is heard for 45 s is opened anew, behind the last message', async () => {
  const { time, heard, opened, abort, ended } = follow();
  await until(() => opened.length === 1, 'the stream');
  opened[0]?.push(streamText('5', LOST));
  await until(() => heard.includes('resync'), 'the message');
  time.advance(44_000);
  opened[0]?.push(': alive\n\n');
  await until(() => time.pending()[0] === 45_000, 'the sign of life to count');
  time.advance(45_000);
  await until(() => heard.length === 3, 'the trouble');
  time.advance(8_000);
  await until(() => opened.length === 2, 'the second stream');
  expect(heard).toEqual(['open', 'resync', 'trouble: nothing heard for 45 s', 'open']);
  expect(opened[1]?.lastId).toBe('5');
  abort.abort();
  await ended;
});

test('trouble is told once until the stream is open again, and each attempt waits longer', async () => {
  const { time, heard, opened, attempts, abort, ended } = follow((attempt) => attempt > 0 && attempt < 5);
  await until(() => opened.length === 1, 'the stream');
  time.advance(45_000);
  const waits: number[] = [];
  for (let attempt = 2; attempt <= 6; attempt += 1) {
    await until(() => time.pending().length === 1, 'the pause');
    waits.push(time.pending()[0] ?? 0);
    time.advance(waits.at(-1) ?? 0);
    await until(() => attempts() === attempt, 'the next attempt');
  }
  await until(() => heard.filter((own) => own === 'open').length === 2, 'the second opening');
  expect(heard).toEqual(['open', 'trouble: nothing heard for 45 s', 'open']);
  expect(waits).toEqual(waits.toSorted((one, other) => one - other));
  expect(Math.max(...waits)).toBeGreaterThan(1_000);
  abort.abort();
  await ended;
});

test('a server that refuses at the beginning is an error at once', async () => {
  const { ended, attempts } = follow(() => true);
  await expect(ended).rejects.toThrow('refused');
  expect(attempts()).toBe(1);
});

test('an interrupt ends it while it waits', async () => {
  const { time, heard, opened, abort, ended } = follow();
  await until(() => opened.length === 1, 'the stream');
  time.advance(45_000);
  await until(() => heard.length === 2, 'the trouble');
  abort.abort();
  await ended;
  expect(time.pending()).toEqual([]);
});
