import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { listen, type Listener } from './test-listener.ts';
import { AGENT, heard, move, OTHER, startStreamWorld, type StreamWorld } from './test-stream.ts';

let world: StreamWorld;
beforeEach(async () => {
  world = await startStreamWorld();
});
afterEach(() => world.server.close(0));

describe('a client that does not read', () => {
  const LARGE = { ...move('n'), evidence: 'x'.repeat(20_000) };

  /** 40 MB in 20 turns, each of which the client has heard before the next begins. */
  async function floodWhileHeard(client: Listener): Promise<void> {
    await heard(client, 2);
    for (let turn = 1; turn <= 20; turn++) {
      for (let k = 0; k < 100; k++) world.stream.note(AGENT, LARGE);
      world.pass(1);
      await until(() => client.blocks().length >= 4 + 100 * turn, 'all to be heard');
    }
  }

  /** Bytes, of those that are in use. */
  function heldBuffers(): number {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    return process.memoryUsage().arrayBuffers;
  }

  async function openSlow() {
    const socket = connect(Number(new URL(world.server.url).port), '127.0.0.1');
    let text = '';
    let ended = false;
    socket.on('error', () => undefined).on('close', () => (ended = true));
    socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', (first: Buffer) => resolve((text += first.toString()))));
    socket.pause();
    return {
      read: () => socket.on('data', (chunk: Buffer) => (text += chunk.toString())).resume(),
      text: () => text,
      isEnded: () => ended,
      destroy: () => socket.destroy(),
    };
  }

  test('holds a bounded rest, however much there is, and others are not kept waiting', async () => {
    const slow = await openSlow();
    const other = await listen(world.server.url);
    const before = heldBuffers();
    await floodWhileHeard(other);
    let grown = Infinity;
    const measure = (): number => (grown = Math.round((heldBuffers() - before) / 2 ** 20));
    // The tape, a turn, and what was read of it last; what sockets let go of is freed some turns later.
    await until(() => measure() < 12, 'the rest to be bounded').catch(() => expect(grown).toBeLessThan(12));
    console.info(`after 40 MB that one of two clients did not read, buffers hold ${grown} MiB more`);
    slow.destroy();
  });

  test('and then reads again is told to begin anew, and goes on', async () => {
    const slow = await openSlow();
    const other = await listen(world.server.url);
    await floodWhileHeard(other);
    slow.read();
    await until(() => slow.text().includes('event: resync'), 'the resync');
    const rest = (): string => slow.text().slice(slow.text().indexOf('event: resync'));
    await until(() => rest().includes('id: life-2000\n'), 'its place');
    expect(rest().match(/event: \w+/g)).toEqual(['event: resync', 'event: policy', 'event: policy']);
    world.stream.note(OTHER, move('later'));
    world.pass(1);
    await until(() => rest().includes('"node":"later"'), 'what comes later');
    slow.destroy();
  });

  test('for half a minute more is cut off, and not told anything', async () => {
    const slow = await openSlow();
    await floodWhileHeard(await listen(world.server.url));
    world.pass(31);
    slow.read();
    await until(slow.isEnded, 'the end');
    expect(slow.text()).not.toContain('event: resync');
  });
});
