import { afterEach, describe, expect, it } from 'vitest';
import {
  emit,
  isLive,
  mark,
  page,
  passPause,
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

describe('objects', () => {
  it('are taken once a version, and never go back to an older one', async () => {
    const it = await set(stream(9, thing('a', 10), thing('b', 'x2')));
    it.start();
    await isLive(it);
    const first = await it.requests(1);
    for (const [uid, version] of [
      ['a', 10],
      ['a', 9],
      ['a', 11],
      ['a', 11],
      ['a', 'opaque'],
      ['b', 'x1'],
      ['b', 1],
      ['end', 1],
    ] as const) {
      emit(first, 'MODIFIED', thing(uid, version));
    }
    await until(() => it.held.has('end'));
    expect(it.calls.slice(3)).toEqual(['+a@11', '+a@opaque', '+b@x1', '+b@1', '+end@1']);
  });

  it('may go back in a list, as after etcd was restored from a backup', async () => {
    const it = await set(stream(900, thing('a', 800)), refuse(410), stream(90, thing('a', 80)));
    it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    await passPause(it, 1000);
    await until(() => it.calls.length === 3);
    expect(it.calls).toEqual(['+a@800', 'live', '+a@80']);
  });

  it('that nobody knew are not removed', async () => {
    const it = await set(stream(9));
    it.start();
    await isLive(it);
    emit(await it.requests(1), 'DELETED', thing('x', 10));
    emit(await it.requests(1), 'ADDED', thing('y', 11));
    await until(() => it.held.has('y'));
    expect(it.calls).toEqual(['live', '+y@11']);
  });

  it('with a label of a megabyte, prototype keys or doubled keys harm nobody', async () => {
    const hostile =
      '{"type":"ADDED","object":{"metadata":{"uid":"h","uid":"h2","resourceVersion":"5","__proto__":{"uid":"p"},"constructor":{}},"note":"' +
      'x'.repeat(1 << 20) +
      '"}}\n';
    const it = await set((exchange) => {
      watch(exchange);
      exchange.response.write(hostile);
      emit(exchange, 'BOOKMARK', mark(9, true));
    });
    it.start();
    await isLive(it);
    expect(it.calls).toEqual(['+h2@5', 'live']);
    expect(String(it.held.get('h2'))).toHaveLength(1 << 20);
    expect({}).not.toHaveProperty('uid');
  });

  it.each([
    ['null', null],
    ['a number', 7],
    ['no metadata', {}],
    ['no uid', { metadata: { resourceVersion: '1' } }],
    ['a uid that is no text', { metadata: { uid: 1, resourceVersion: '1' } }],
    ['no resourceVersion', { metadata: { uid: 'u' } }],
  ])('that are %s are counted and passed over', async (_, bad) => {
    const it = await set(page(9, [bad, thing('a', 1), bad]), watch);
    it.connection.traits.streamingList = false;
    const reflector = it.start();
    await isLive(it);
    emit(await it.requests(2), 'DELETED', bad);
    emit(await it.requests(2), 'ADDED', thing('b', 2));
    await until(() => it.held.has('b'));
    expect(it.calls).toEqual(['+a@1', 'live', '+b@2']);
    expect(reflector.status().faults).toBe(3);
  });
});

describe('what the consumer throws', () => {
  it('in the projection is counted, logged once for each error, and leaves the last good state', async () => {
    const it = await set(stream(9, thing('a', 1, 'good'), thing('b', 1, 'good')));
    const fromJson = (raw: unknown): unknown => {
      const { note } = raw as { note: string };
      if (note.startsWith('bad')) throw new Error(note);
      return note;
    };
    const reflector = it.start({ projection: { fromJson } });
    await isLive(it);
    const first = await it.requests(1);
    for (const [version, note] of [
      [2, 'bad one'],
      [3, 'bad one'],
      [4, 'bad two'],
    ] as const)
      emit(first, 'MODIFIED', thing('a', version, note));
    emit(first, 'DELETED', thing('b', 5));
    await until(() => !it.held.has('b'));
    expect(it.held.get('a')).toBe('good');
    expect(reflector.status()).toMatchObject({ faults: 3, objects: 1 });
    expect(it.logged).toHaveLength(2);
  });

  it('in the sink ends nothing, and the object is offered again at the next list', async () => {
    const it = await set(stream(9, thing('a', 1)), refuse(410), stream(20, thing('a', 1)));
    let calls = 0;
    const taken: string[] = [];
    const sink = {
      upsert: ({ uid }: { uid: string }) => {
        if (calls++ === 0) throw new Error('not yet');
        taken.push(uid);
      },
      remove: () => undefined,
      state: (): void => {
        throw new Error('never');
      },
    };
    const reflector = it.start({ sink });
    await until(() => reflector.status().state.name === 'live');
    expect(taken).toEqual([]);
    (await it.requests(1)).response.end();
    await passPause(it);
    await passPause(it, 1000);
    await until(() => taken.length > 0);
    expect(taken).toEqual(['a']);
    expect(reflector.status()).toMatchObject({ faults: 2, events: 1 });
  });
});
