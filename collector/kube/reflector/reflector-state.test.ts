import { afterEach, describe, expect, it } from 'vitest';
import {
  emit,
  isLive,
  mark,
  passPause,
  query,
  refuse,
  stream,
  thing,
  watch,
  setStage,
  type Stage,
  type Answer,
} from '../test-reflector.ts';
import { until } from '../test-time.ts';

let stage: Stage | undefined;

async function set(...answers: Answer[]): Promise<Stage> {
  stage = await setStage(...answers);
  return stage;
}

afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

describe('a kind that', () => {
  it.each([
    [404, 'absent', 'the server could not find the requested resource'],
    [403, 'forbidden', 'things is forbidden'],
  ])('is refused with %i is known to be %s, and asked for slowly until it is there', async (code, blocked, message) => {
    const it = await set(refuse(code, message), refuse(code, message), stream(9));
    it.start();
    await until(() => it.states.length > 0);
    expect(it.states[0]).toMatchObject({
      name: 'syncing',
      blocked,
      trouble: { message: `GET /api/v1/things: ${message}` },
    });
    for (const count of [2, 3]) {
      await until(() => it.time.pending().includes(20_000), 'a slow retry');
      it.time.advance(20_000);
      await it.requests(count);
    }
    await isLive(it);
    expect(it.calls).toEqual(['syncing', 'live']);
    expect(it.states.at(-1)).toMatchObject({ trouble: undefined, blocked: undefined });
  });
});

describe('a live kind that is refused with 404', () => {
  it('is stale at once where that is asked for, and is listed anew when it is back', async () => {
    const it = await set(stream(9, thing('a', 1)), refuse(404, 'no such kind'), stream(3, thing('b', 2)));
    it.start({ staleWhenAbsent: true });
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    await until(() => it.calls.at(-1) === 'stale');
    expect(it.states.at(-1)).toMatchObject({
      blocked: 'absent',
      trouble: { message: 'GET /api/v1/things: no such kind' },
    });
    it.time.advance(20_000);
    await until(() => it.calls.at(-1) === 'live');
    expect(query(await it.requests(3))).toHaveProperty('sendInitialEvents');
    expect(it.calls).toEqual(['+a@1', 'live', 'stale', '+b@2', '-a', 'live']);
  });

  it('is else as one that cannot be reached', async () => {
    const it = await set(stream(9, thing('a', 1)), refuse(404, 'no such kind'), stream(3, thing('a', 1)));
    const reflector = it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    await until(() => reflector.status().errors.NotFound === 1);
    expect(it.calls).toEqual(['+a@1', 'live']);
  });
});

describe('staleness', () => {
  it('begins 30 s after the connection is lost and ends with the resumed watch', async () => {
    const it = await set(stream(9, thing('a', 1)), ...Array.from({ length: 8 }, () => refuse(503, 'starting')));
    const reflector = it.start();
    await isLive(it);
    (await it.requests(1)).response.destroy();
    await passPause(it);
    for (let refused = 1; it.time.monoMs() < 29_999; refused++) {
      await until(
        () => reflector.status().errors.Unavailable === refused && it.time.pending().length === 2,
        `pause ${refused}`,
      );
      it.time.advance(Math.min(it.time.pending()[0] ?? 0, 29_999 - it.time.monoMs()));
    }
    expect(it.calls).toEqual(['+a@1', 'live']);
    it.answer(watch);
    it.time.advance(1);
    expect(it.states.at(-1)).toMatchObject({
      name: 'stale',
      sinceWallMs: 1e12 + 30_000,
      trouble: { code: 'Unavailable', message: 'GET /api/v1/things: starting' },
    });
    expect(it.held.has('a')).toBe(true);
    it.time.advance(it.time.pending()[0] ?? 0);
    await until(() => it.calls.at(-1) === 'live');
    expect(it.calls).toEqual(['+a@1', 'live', 'stale', 'live']);
  });

  it('begins when a watch with bookmarks is silent for 150 s; then everything is listed again', async () => {
    const it = await set(stream(9, thing('a', 1), thing('b', 1)), stream(20, thing('a', 1)));
    const reflector = it.start();
    await isLive(it);
    const first = await it.requests(1);
    const { bytes } = reflector.status();
    emit(first, 'BOOKMARK', mark(10));
    await until(() => reflector.status().bytes > bytes);
    it.time.advance(149_999);
    expect(it.calls.at(-1)).toBe('live');
    it.time.advance(1);
    await until(() => it.calls.at(-1) === 'stale');
    expect(it.states.at(-1)).toMatchObject({
      sinceWallMs: 1e12 + 150_000,
      trouble: { code: 'Timeout', message: 'GET /api/v1/things: nothing heard for 150 s' },
    });
    await passPause(it);
    await until(() => it.calls.at(-1) === 'live');
    expect(it.calls.slice(2)).toEqual(['live', 'stale', '-b', 'live']);
    await until(() => first.request.socket.destroyed, 'the silent connection closed');
  });

  it('does not come of silence where the server sends no bookmarks: all is listed anew', async () => {
    const it = await set(stream(9), stream(9, thing('a', 9)));
    const reflector = it.start();
    await isLive(it);
    it.time.advance(150_000);
    await passPause(it);
    expect(query(await it.requests(2))).toHaveProperty('sendInitialEvents', 'true');
    await until(() => it.calls.length > 1);
    expect(it.calls).toEqual(['live', '+a@9']);
    expect(reflector.status().errors).toEqual({});
  });

  it('comes of a server that accepts connections and says nothing at all', async () => {
    const it = await set(stream(9));
    it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    await it.requests(2);
    it.time.advance(30_000);
    await until(() => it.calls.at(-1) === 'stale');
    await until(() => it.logged.length > 0);
    expect(it.logged).toEqual(['GET /api/v1/things: nothing heard for 30 s']);
  });
});

describe('a stopped reflector', () => {
  it('has closed its watch and says nothing more', async () => {
    const it = await set(stream(9, thing('a', 1)));
    const reflector = it.start();
    await isLive(it);
    const first = await it.requests(1);
    await reflector.stop();
    await reflector.stop();
    await until(() => first.request.socket.destroyed);
    it.time.advance(1_000_000);
    expect(it.calls).toEqual(['+a@1', 'live']);
    expect(it.time.pending()).toEqual([]);
    expect(it.server.exchanges).toHaveLength(1);
  });

  it('does not wait for its pause, nor for an answer', async () => {
    const it = await set(refuse(503));
    const paused = it.start();
    await until(() => it.time.pending().length === 1 && it.states.length > 0);
    await paused.stop();
    const waiting = it.start();
    await it.requests(2);
    await waiting.stop();
    expect(it.time.pending()).toEqual([]);
  });

  it('is silent at once, even when stopped by its own sink', async () => {
    const it = await set(stream(9, thing('a', 1), thing('b', 1)));
    const seen: string[] = [];
    const reflector = it.start({
      sink: {
        upsert: ({ uid }) => {
          seen.push(uid);
          void reflector.stop();
        },
        remove: () => undefined,
        state: () => seen.push('state'),
      },
    });
    await until(() => seen.length > 0);
    await reflector.stop();
    expect(seen).toEqual(['a']);
  });
});
