import { afterEach, describe, expect, it } from 'vitest';
import { KubeError } from '../kube-error.ts';
import {
  isLive,
  page,
  passPause,
  refuse,
  setStage,
  stream,
  thing,
  watch,
  type Answer,
  type Stage,
} from '../test-reflector.ts';
import { bookmark, bytes, event, list, object, status } from '../test-wire.ts';
import { until } from '../test-time.ts';
import type { Projection } from '../decode/projection.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const BOTH = `${PROTOBUF}, application/json`;

/** Note 9 of an object. */
const projection: Projection<string> = {
  fromJson: (raw) => String((raw as { note?: unknown }).note),
  fromProtobuf: (wire) => {
    let note = '';
    for (let field = wire.next(); field !== 0; field = wire.next()) if (field === 9) note = wire.text();
    if (note === 'unreadable') throw new KubeError('Malformed', 'no message');
    return note;
  },
};

let stage: Stage | undefined;
afterEach(() => stage?.stop());

async function set(...answers: Answer[]): Promise<Stage> {
  stage = await setStage(...answers);
  return stage;
}

function start(it: Stage) {
  return it.start({ projection });
}

const answer =
  (code: number, ...chunks: readonly Buffer[]): Answer =>
  ({ response }) => {
    response.writeHead(code, { 'Content-Type': code === 200 ? `${PROTOBUF};stream=watch` : PROTOBUF });
    if (code !== 200) return void response.end(Buffer.concat(chunks));
    response.flushHeaders();
    for (const chunk of chunks) response.write(chunk);
  };

const noted = (uid: string, version: number, note: string): Buffer => object(uid, version, bytes(9, note));

function accepted({ server }: Stage): unknown[] {
  return server.exchanges.map(({ request }) => request.headers.accept);
}

describe('a reflector of a kind that is read in protobuf', () => {
  it('asks for it, follows a streaming list, and stays on the watch', async () => {
    const it = await set(answer(200, event('ADDED', noted('a', 1, 'one')), bookmark(5, true)));
    start(it);
    await isLive(it);
    const first = await it.requests(1);
    first.response.write(Buffer.concat([event('MODIFIED', noted('a', 6, 'two')), event('DELETED', noted('a', 7, ''))]));
    await until(() => it.calls.includes('-a'));
    expect(it.calls).toEqual(['+a@1', 'live', '+a@6', '-a']);
    expect(accepted(it)).toEqual([BOTH]);
  });

  it('lists in pages', async () => {
    const pages = (version: number, items: readonly Buffer[], token?: string): Answer =>
      answerList(list(version, items, token));
    const it = await set(pages(5, [noted('a', 1, 'one')], 'next'), pages(5, [noted('b', 2, 'two')]), watch);
    it.connection.traits.streamingList = false;
    start(it);
    await isLive(it);
    await it.requests(3);
    expect([...it.held]).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ]);
    expect(it.connection.traits.protobuf).toBe(true);
  });

  it('reads refusals, and events that are errors', async () => {
    const gone = event('ERROR', Buffer.concat([bytes(3, 'too old'), Buffer.from([0x30, 0x9a, 0x03])]), 'Status');
    const it = await set(answer(503, status(503, 'etcd is asleep')), answer(200, bookmark(5, true), gone));
    const reflector = start(it);
    // The Status asks for 7 s.
    await passPause(it, 8000);
    await until(() => reflector.status().errors.Gone === 1);
    expect(it.logged).toEqual(['GET /api/v1/things: etcd is asleep', 'GET /api/v1/things: too old']);
  });

  it.each([406, 415])('asks for JSON at once, and keeps to it, when the server answers %s', async (code) => {
    const it = await set(refuse(code, 'only JSON'), stream(5, thing('a', 1, 'one')));
    const reflector = start(it);
    await isLive(it);
    expect(accepted(it)).toEqual([BOTH, 'application/json']);
    expect([...it.held]).toEqual([['a', 'one']]);
    expect(it.logged).toEqual(['the server speaks no protobuf that can be read: asking for JSON']);
    expect(it.connection.traits).toEqual({ streamingList: true, protobuf: false });
    expect(reflector.status().errors).toEqual({});
  });

  it('does not ask for ever when JSON is refused too', async () => {
    const it = await set(refuse(406, 'nothing'), refuse(406, 'nothing'), refuse(406, 'nothing'));
    const reflector = start(it);
    await until(() => reflector.status().errors.Invalid === 1);
    expect(accepted(it)).toEqual([BOTH, 'application/json', 'application/json']);
  });

  it.each([
    ['bytes that are no protobuf', Buffer.from('{"type":"ADDED"}\n')],
    ['an object that the projection finds to be no message', event('ADDED', noted('a', 1, 'unreadable'))],
  ])('asks for JSON after two answers with %s, and passes no object over', async (_, body) => {
    const it = await set(answer(200, body), answer(200, body), stream(5, thing('a', 1, 'one')));
    const reflector = start(it);
    await passPause(it);
    await passPause(it, 800);
    await isLive(it);
    expect(accepted(it)).toEqual([BOTH, BOTH, 'application/json']);
    expect(it.calls.filter((call) => call !== 'syncing')).toEqual(['+a@1', 'live']);
    expect(it.logged.filter((line) => line.startsWith('the server speaks no protobuf'))).toHaveLength(1);
    expect(reflector.status()).toMatchObject({ faults: 0, errors: { Malformed: 2 } });
  });

  it('forgives an answer that was garbled, once a list is complete', async () => {
    const garbled = answer(200, Buffer.from('garbled'));
    const it = await set(
      garbled,
      answer(200, bookmark(5, true), Buffer.from('garbled')),
      answer(200, bookmark(6, true)),
    );
    const reflector = start(it);
    await passPause(it);
    await passPause(it, 800);
    await it.requests(3);
    expect(accepted(it)).toEqual([BOTH, BOTH, BOTH]);
    expect(reflector.status().errors).toEqual({ Malformed: 2 });
  });

  it('goes on asking for protobuf after a list that was cut in good order', async () => {
    const cut = list(5, [noted('a', 1, 'one'), noted('b', 1, 'two')]).subarray(0, -20);
    const it = await set(answerList(cut), answerList(list(5, [noted('a', 1, 'one')])), watch);
    it.connection.traits.streamingList = false;
    const reflector = start(it);
    await passPause(it);
    await isLive(it);
    expect(reflector.status().errors).toEqual({ Malformed: 1 });
    expect(accepted(it).slice(0, 2)).toEqual([BOTH, BOTH]);
  });

  it('understands a server that answers in JSON all the same', async () => {
    const it = await set(page(5, [thing('a', 1, 'one')]), watch);
    it.connection.traits.streamingList = false;
    start(it);
    await isLive(it);
    expect([...it.held]).toEqual([['a', 'one']]);
    expect(it.connection.traits.protobuf).toBe(true);
  });
});

function answerList(body: Buffer): Answer {
  return ({ response }) => {
    response.writeHead(200, { 'Content-Type': PROTOBUF });
    response.end(body);
  };
}
