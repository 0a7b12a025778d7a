import { afterEach, describe, expect, it } from 'vitest';
import {
  emit,
  isLive,
  mark,
  page,
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

describe('a streaming list', () => {
  it('hands over all objects, then is live, and goes on as the watch', async () => {
    const it = await set(stream(9, thing('a', 5, 'note'), thing('b', 3)));
    const reflector = it.start({
      resource: { path: '/api/v1/things', labelSelector: 'a in (b,c)', fieldSelector: 'x=y' },
    });
    expect(reflector.status()).toMatchObject({ state: { name: 'syncing' }, syncedWallMs: undefined, objects: 0 });
    await isLive(it);
    const first = await it.requests(1);
    emit(first, 'MODIFIED', thing('a', 10));
    emit(first, 'DELETED', thing('b', 11));
    emit(first, 'ADDED', thing('c', 12));
    await until(() => it.held.has('c'));
    expect(it.calls).toEqual(['+a@5', '+b@3', 'live', '+a@10', '-b', '+c@12']);
    expect(first.url.pathname).toBe('/api/v1/things');
    expect(first.request.headers.accept).toBe('application/json');
    expect(query(first)).toEqual({
      labelSelector: 'a in (b,c)',
      fieldSelector: 'x=y',
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '450',
    });
    expect(reflector.status()).toMatchObject({
      state: { name: 'live', sinceWallMs: 1e12 },
      syncedWallMs: 1e12,
      heardWallMs: 1e12,
      objects: 2,
      events: 5,
      lists: 1,
      reconnects: 0,
      errors: {},
      mode: 'streaming',
    });
    expect(reflector.status().bytes).toBeGreaterThan(400);
  });

  it('of nothing is live all the same', async () => {
    const it = await set(stream(9));
    it.start();
    await isLive(it);
    expect(it.calls).toEqual(['live']);
  });

  it('that is cut before its end is begun anew, without repeating what is known', async () => {
    const it = await set(
      (exchange) => {
        watch(exchange);
        emit(exchange, 'ADDED', thing('a', 5));
        emit(exchange, 'ADDED', thing('b', 3));
      },
      stream(9, thing('b', 3), thing('c', 4)),
    );
    it.start();
    await until(() => it.held.size === 2);
    (await it.requests(1)).response.destroy();
    await passPause(it);
    await isLive(it);
    expect(it.calls.filter((call) => call !== 'syncing')).toEqual(['+a@5', '+b@3', '+c@4', '-a', 'live']);
    expect(query(await it.requests(2))).toHaveProperty('sendInitialEvents');
  });
});

describe('paged lists', () => {
  it.each([400, 422])('are used when streaming is refused with %i, and the connection remembers it', async (code) => {
    const it = await set(
      refuse(code),
      page(9, [thing('a', 1)], 'next'),
      page(9, [thing('b', 2)]),
      watch,
      page(9, []),
      watch,
    );
    it.start();
    await it.requests(4);
    expect(it.calls).toEqual(['+a@1', '+b@2', 'live']);
    const [, first, second, third] = it.server.exchanges.map(query);
    expect(first).toEqual({ limit: '500' });
    expect(second).toEqual({ limit: '500', continue: 'next' });
    expect(third).toMatchObject({ watch: 'true', resourceVersion: '9', allowWatchBookmarks: 'true' });
    it.start();
    await it.requests(6);
    expect(query(await it.requests(5))).toEqual({ limit: '500' });
  });

  it('are used when the server takes no notice of sendInitialEvents: a bookmark without the mark', async () => {
    const old: Answer = (exchange) => {
      watch(exchange);
      emit(exchange, 'ADDED', thing('a', 1));
      emit(exchange, 'BOOKMARK', mark(9));
    };
    const it = await set(old, page(9, [thing('a', 1)]), watch);
    const reflector = it.start();
    await it.requests(3);
    expect(it.calls).toEqual(['+a@1', 'live']);
    expect(it.logged).toEqual(['the server has no streaming lists: listing in pages']);
    expect(reflector.status()).toMatchObject({ mode: 'paged', errors: {} });
  });

  it('are used when it takes no notice and sends no bookmark either', async () => {
    const it = await set(watch, page(9, []), watch);
    it.start();
    await until(() => it.time.pending().includes(20_000));
    it.time.advance(20_000);
    await it.requests(3);
    expect(it.calls).toEqual(['live']);
  });

  it('begin again when the server forgot them between two pages', async () => {
    const it = await set(page(9, [thing('a', 1)], 'next'), refuse(410), page(10, [thing('b', 2)]), watch);
    it.connection.traits.streamingList = false;
    const reflector = it.start();
    await it.requests(2);
    await passPause(it);
    await isLive(it);
    expect(it.calls.filter((call) => call !== 'syncing')).toEqual(['+a@1', '+b@2', '-a', 'live']);
    expect(reflector.status()).toMatchObject({ lists: 2, errors: { Gone: 1 } });
  });

  it.each([null, []])('are complete with items %j', async (items) => {
    const it = await set(page(9, items), watch);
    it.connection.traits.streamingList = false;
    it.start();
    await isLive(it);
    expect(it.calls).toEqual(['live']);
  });

  it('that continue with themselves are an error, not an endless loop', async () => {
    const it = await set(page(9, [], 'x'), page(9, [], 'x'));
    it.connection.traits.streamingList = false;
    it.start();
    await until(() => it.states.length > 0);
    expect(it.states[0]).toMatchObject({ name: 'syncing', trouble: { code: 'Malformed' } });
  });
});
