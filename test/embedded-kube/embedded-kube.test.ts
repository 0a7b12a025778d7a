import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectApi, type ApiUnderTest, type ApiWatch } from './conformance/api-under-test.ts';
import { describe as describeEvent, namesOf, take, watching } from './conformance/fixtures.ts';
import { startEmbeddedKube, type EmbeddedKube, type EmbeddedKubeOptions } from './embedded-kube.ts';

const NODES = '/api/v1/nodes';
const STREAM = `${NODES}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;

function node(name: string, padding = ''): { apiVersion: string; kind: string; metadata: object } {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, annotations: { padding } } };
}

describe('the embedded API server under faults', () => {
  let kube: EmbeddedKube;
  let api: ApiUnderTest;

  const start = async (options: EmbeddedKubeOptions = {}): Promise<void> => {
    kube = await startEmbeddedKube(options);
    api = connectApi({ url: kube.url });
    kube.store.apply(node('a'));
  };
  const watchNow = (): Promise<ApiWatch> =>
    api.watch(`${NODES}?watch=1&resourceVersion=${kube.store.resourceVersion()}`);

  beforeEach(() => start());
  afterEach(() => kube.stop());

  it('compaction makes older resourceVersions expire and leaves open watches alone', async () => {
    const before = kube.store.resourceVersion();
    const open = await watchNow();
    kube.store.apply(node('b'));
    kube.faults.compact();
    await watching(api, `${NODES}?watch=1&resourceVersion=${before}`, async (late) => {
      expect((await take(late, 1))[0]).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    });
    kube.store.apply(node('c'));
    expect((await take(open, 2)).map(describeEvent)).toEqual(['ADDED b', 'ADDED c']);
    open.close();
  });

  it.each([
    { midObject: false, ends: 'between two events' },
    { midObject: true, ends: 'in the middle of one' },
  ])('a cut watch ends $ends', async ({ midObject }) => {
    const socket = connect(Number(new URL(kube.url).port), '127.0.0.1');
    socket.write(`GET ${NODES}?watch=1&resourceVersion=${kube.store.resourceVersion()} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, 'data');
    kube.faults.cutWatches({ midObject });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    expect(text.includes('{"type":"MODIFIED"')).toBe(midObject);
    expect(text.endsWith('}\n')).toBe(false);
    expect(kube.openWatches()).toBe(0);
  });

  it('stops and starts listening on the same port, with its objects', async () => {
    await kube.faults.stopListening();
    await expect(api.request('GET', NODES)).rejects.toThrow('ECONNREFUSED');
    await kube.faults.startListening();
    expect(namesOf((await api.request('GET', NODES)).body)).toEqual(['a']);
  });

  it('refuses as many requests as ordered, with Retry-After, and health checks never', async () => {
    kube.faults.failNext({ status: 429, retryAfter: 7, times: 2 });
    const refused = await api.request('GET', NODES);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '7']);
    expect(refused.body).toMatchObject({ kind: 'Status', reason: 'TooManyRequests', code: 429 });
    expect((await api.request('GET', '/readyz')).status).toBe(200);
    await expect(api.watch(`${NODES}?watch=1`)).rejects.toThrow('429');
    expect((await api.request('GET', NODES)).status).toBe(200);
    kube.faults.failNext({ status: 503, times: 1 });
    expect((await api.request('GET', NODES)).body).toMatchObject({ reason: 'ServiceUnavailable' });
  });

  it('frozen, it accepts and says nothing; thawed, it answers all that waited', async () => {
    const watch = await watchNow();
    kube.faults.freeze();
    const list = api.request('GET', NODES);
    const event = take(watch, 1);
    kube.store.apply(node('b'));
    const first = await Promise.race([
      list.then(() => 'list'),
      event.then(() => 'event'),
      setImmediateTwice('nothing'),
    ]);
    expect(first).toBe('nothing');
    kube.faults.thaw();
    expect(namesOf((await list).body)).toEqual(['a', 'b']);
    expect((await event).map(describeEvent)).toEqual(['ADDED b']);
    watch.close();
  });

  it('sends bookmarks in its interval also when nothing happens, and none while they are paused', async () => {
    const due: (() => void)[] = [];
    const after = (ms: number, run: () => void): (() => void) => {
      assert.equal(ms, 60_000);
      due.push(run);
      return () => undefined;
    };
    await kube.stop();
    await start({ after });
    const pass = (minutes: number): void => {
      for (let passed = 0; passed < minutes; passed += 1) due.splice(0).forEach((run) => run());
    };
    await watching(
      api,
      `${NODES}?watch=1&allowWatchBookmarks=true&resourceVersion=${kube.store.resourceVersion()}`,
      async (watch) => {
        pass(2);
        kube.faults.pauseBookmarks(true);
        pass(2);
        kube.store.apply(node('b'));
        const types = (await take(watch, 3, { bookmarks: true })).map(({ type }) => type);
        expect(types).toEqual(['BOOKMARK', 'BOOKMARK', 'ADDED']);
      },
    );
  });

  it('without streaming lists it answers 422 to sendInitialEvents and still pages', async () => {
    await kube.stop();
    await start({ streamingList: false });
    expect((await api.request('GET', STREAM)).status).toBe(422);
    expect(namesOf((await api.request('GET', `${NODES}?limit=1`)).body)).toEqual(['a']);
  });

  it('offers protobuf for what is built in, JSON for everything, tables not', async () => {
    const ask = (path: string, accept: string) => api.request('GET', path, { headers: { accept } });
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const list = await ask(NODES, `${protobuf}, application/json`);
    expect(list.headers['content-type']).toBe(protobuf);
    expect((await ask(NODES, `${protobuf};q=0.5, application/json`)).headers['content-type']).toBe('application/json');
    expect((await ask(`${NODES}/nobody`, protobuf)).headers['content-type']).toBe(protobuf);
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect((await ask(definitions, protobuf)).status).toBe(406);
    kube.faults.speakJsonOnly(true);
    expect((await ask(NODES, protobuf)).status).toBe(406);
    expect((await ask(NODES, `${protobuf}, application/json`)).headers['content-type']).toBe('application/json');
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect((await ask(NODES, table)).status).toBe(406);
    expect((await ask(NODES, `${table},application/json`)).status).toBe(200);
  });

  it('cuts a watcher off that does not read, and keeps serving one that does', async () => {
    await kube.stop();
    await start({ watchBacklogLimit: 20 });
    const reading = await watchNow();
    const stuck = connect(Number(new URL(kube.url).port), '127.0.0.1');
    stuck.on('error', () => undefined);
    stuck.write(`GET ${NODES}?watch=1&resourceVersion=${kube.store.resourceVersion()} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(stuck, 'readable');
    expect(kube.openWatches()).toBe(2);
    const padding = 'x'.repeat(100_000);
    const wanted = 300;
    for (let i = 0; i < wanted; i += 1) {
      kube.store.apply(node('a', `${padding}${String(i)}`));
      const [event] = await take(reading, 1);
      assert.equal(event?.type, 'MODIFIED');
    }
    expect(kube.openWatches()).toBe(1);
    stuck.destroy();
    reading.close();
  });

  it('streams a list of 5,000 nodes', async () => {
    for (let i = 0; i < 5_000; i += 1) kube.store.apply(node(`n${String(i).padStart(4, '0')}`));
    const { body } = await api.request('GET', NODES);
    expect(namesOf(body)).toHaveLength(5_001);
  });
});

async function setImmediateTwice<T>(value: T): Promise<T> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
  return value;
}
