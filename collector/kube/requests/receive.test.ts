import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import { connectTo, startServer, type Exchange, type ScriptedServer } from '../test-server.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { receive } from './receive.ts';

let time: FakeTime;
let server: ScriptedServer;
let connection: Connection;
let exchange: Exchange | undefined;

beforeEach(async () => {
  time = createFakeTime();
  exchange = undefined;
  server = await startServer((one) => {
    exchange = one;
    one.response.writeHead(200, { 'Content-Type': 'text/plain' });
    one.response.flushHeaders();
  });
  connection = await connectTo(server, time);
});

afterEach(async () => {
  connection.close();
  await server.stop();
});

function start(push: (chunk: Buffer) => void, silenceMs = (): number => 1000, own = connection): Promise<string> {
  const reception = { connection: own, path: '/x?y', accept: 'a/b', abort: new AbortController(), silenceMs };
  return receive(reception, () => ({ push, end: () => 'the end' }));
}

async function send(text: string): Promise<void> {
  await until(() => exchange !== undefined, 'the request');
  exchange?.response.write(text);
}

describe('the silence of an answer', () => {
  it('is counted from what was heard last, by one timer that is not set anew for each chunk', async () => {
    let heard = '';
    let timersSet = 0;
    const timers: Connection['timers'] = { after: (...own) => (timersSet++, time.after(...own)) };
    const done = start((chunk) => (heard += String(chunk)), undefined, { ...connection, timers });
    for (const digit of '123456789') {
      await send(digit);
      await until(() => heard.endsWith(digit));
      time.advance(100);
    }
    expect(timersSet).toBe(2);
    time.advance(899);
    expect(time.pending()).toEqual([1]);
    time.advance(1);
    await expect(done).rejects.toMatchObject({ code: 'Timeout', message: 'GET /x: nothing heard for 1 s' });
    expect(time.pending()).toEqual([]);
  });

  it('may be longer from some moment on', async () => {
    let patience = 1000;
    const done = start(
      () => (patience = 5000),
      () => patience,
    );
    await send('x');
    await until(() => patience === 5000);
    time.advance(4999);
    exchange?.response.end();
    await expect(done).resolves.toBe('the end');
    expect(time.pending()).toEqual([]);
  });
});

describe('an answer that comes faster than it is read', () => {
  it('lets others have their turn after each 5 ms of work', async () => {
    let now = 0;
    let work = 0;
    let longest = 0;
    let turning = true;
    const turn = (): void => {
      longest = Math.max(longest, work);
      work = 0;
      if (turning) setImmediate(turn);
    };
    let chunks = 0;
    const push = (): void => {
      chunks++;
      work++;
      now++;
    };
    const clock = { monoMs: () => now };
    const done = start(push, undefined, { ...connection, clock });
    await until(() => exchange !== undefined, 'the request');
    turn();
    exchange?.response.end(Buffer.alloc(20 * 1024 * 1024));
    await done;
    turning = false;
    expect(chunks).toBeGreaterThan(100);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(6);
  });
});
