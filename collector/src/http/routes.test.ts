import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExposition } from '../metrics/test-parser.ts';
import { startServer, type RunningServer } from './server.ts';
import { ask, type Reply, type Sent } from './test-client.ts';
import { fakeAnswers, serverOptions } from './test-ports.ts';

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM = 'application/problem+json; charset=utf-8';
const METRICS = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const POLICY = '/api/v1/coverage/kube-system/agent';
const JSON_ACCEPT: Sent = { headers: { accept: 'application/json' } };
const OPEN_ACCEPT = { accept: 'application/openmetrics-text;version=1.0.0' };

describe('the routes', () => {
  const nodes = new Set(['node-1', 'node-2', 'missing/gpu/1']);
  const faults: unknown[] = [];
  let ready = true;
  let server: RunningServer;
  beforeAll(async () => {
    const answers = fakeAnswers(nodes, {
      policies() {
        throw new Error('planted');
      },
    });
    const stale = { watch: 'nodes', state: 'stale' as const, why: 'silent for 151 s', heardSeconds: 151 };
    const readiness = () => ({
      ready,
      watches: ready ? [] : [stale, { ...stale, watch: 'pods/x', state: 'syncing' as const, heardSeconds: null }],
      notes: ready ? [] : ['memory is short: raise the limit'],
    });
    server = await startServer(serverOptions({ answers, readiness }, faults));
  });
  afterAll(() => server.close(1000));

  const get = (path: string, sent?: Sent): Promise<Reply> => ask(server.url + path, sent);

  it.each([
    ['/', 200, TEXT, '/api/v1/coverage/{namespace}/{daemonset}/nodes'],
    ['/healthz', 200, TEXT, 'ok\n'],
    ['/healthz?verbose', 200, TEXT, 'ok\n'],
    ['/readyz', 200, TEXT, 'ready\nno watch yet\n'],
    ['/metrics', 200, METRICS, 'x_total 1\n'],
    [POLICY, 200, JSON_TYPE, '"daemonset":"agent"'],
    [`${POLICY}/nodes`, 200, JSON_TYPE, '{"items":[{"node":"missing/gpu/1"'],
    [`${POLICY}/nodes/node-1`, 200, JSON_TYPE, '"node":"node-1"'],
    [`${POLICY}/nodes/missing%2Fgpu%2F1`, 200, JSON_TYPE, '"node":"missing/gpu/1"'],
    [
      `${POLICY}/nodes?limit=9999`,
      400,
      PROBLEM,
      'Parameter limit is \\"9999\\"; it must be an integer from 1 to 5000.',
    ],
    [`${POLICY}/nodes/%E0%A4%A`, 400, PROBLEM, 'check the percent-encoding'],
    [`${POLICY}/nodes/node-9`, 404, PROBLEM, 'Policy kube-system/agent knows no node \\"node-9\\".'],
    ['/api/v1/coverage/a/b', 404, PROBLEM, 'No policy is about DaemonSet a/b; GET /api/v1/coverage lists'],
    ['/api/v1/coverage/a/b/nodes', 404, PROBLEM, 'No policy is about DaemonSet a/b'],
    ['/api/v1/coverage/a/b/nodes/c', 404, PROBLEM, 'No policy is about DaemonSet a/b'],
    ['/api/v1/coverage/__proto__/constructor', 404, PROBLEM, 'No policy is about'],
    ['/api/v1/top', 200, JSON_TYPE, '"notListed":0'],
    ['/api/v1/top?window=31d', 400, PROBLEM, 'it must be a duration such as 24h, of at most 30d'],
    ['/api/v1/top?limit=0', 400, PROBLEM, 'it must be an integer from 1 to 1000'],
    ['/api/v1/history/node-1', 200, JSON_TYPE, '"node":"node-1"'],
    ['/api/v1/history/node-1?limit=x', 400, PROBLEM, 'it must be an integer from 1 to 1000'],
    ['/api/v1/journal?since=2026-03-13T13:00:00Z', 200, JSON_TYPE, '"continue":"WyJrZXkiXQ"'],
    ['/api/v1/journal?since=yesterday', 400, PROBLEM, 'it must be a time such as 2026-03-13T13:00:00Z'],
    ['/api/v1/journal?continue=x', 400, PROBLEM, 'unchanged (leave it out to begin anew)'],
    ['/api/v2', 404, PROBLEM, 'Nothing is at /api/v2; GET / lists what there is.'],
    ['/metrics/x', 404, PROBLEM, 'Nothing is at /metrics/x'],
    ['/%', 404, PROBLEM, 'Nothing is at /%'],
  ])('GET %s answers %d, %s', async (path, status, type, part) => {
    const reply = await get(path);
    expect([reply.status, reply.headers['content-type']]).toEqual([status, type]);
    expect(reply.body.toString()).toContain(part);
    if (status >= 400) expect(JSON.parse(reply.body.toString())).toMatchObject({ type: 'about:blank', status });
  });

  it.each(['/', '/healthz', '/readyz', '/metrics', POLICY, `${POLICY}/nodes`, `${POLICY}/nodes/node-1`])(
    'HEAD %s answers as GET without a body, other methods get 405 with Allow, and a body is refused',
    async (path) => {
      const [whole, head] = await Promise.all([get(path), get(path, { method: 'HEAD' })]);
      expect([head.status, head.headers['content-type']]).toEqual([whole.status, whole.headers['content-type']]);
      expect(head.body).toHaveLength(0);
      for (const method of ['POST', 'DELETE', 'OPTIONS']) {
        const refused = await get(path, { method });
        expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
        expect(refused.headers['content-type']).toBe(PROBLEM);
      }
      const loaded = await get(path, { body: 'x', headers: { 'content-length': '1' } });
      expect([loaded.status, loaded.headers.connection]).toEqual([413, 'close']);
    },
  );

  it.each(['/metrics', '/healthz', '/', '/nowhere'])(
    '%s carries the security headers and no advertisement',
    async (path) => {
      const { headers } = await get(path);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  it('says which watch is not ready and why, as text and as JSON', async () => {
    ready = false;
    const [text, json] = await Promise.all([get('/readyz'), get('/readyz', JSON_ACCEPT)]);
    ready = true;
    expect([text.status, json.status, json.headers['content-type']]).toEqual([503, 503, JSON_TYPE]);
    expect(text.body.toString()).toBe(
      'not ready\nnodes: stale, heard 151 s ago, silent for 151 s\npods/x: syncing, never heard, silent for 151 s\n' +
        'note: memory is short: raise the limit\n',
    );
    expect(JSON.parse(json.body.toString())).toEqual({
      ready: false,
      watches: [
        { watch: 'nodes', state: 'stale', why: 'silent for 151 s', heardSeconds: 151 },
        { watch: 'pods/x', state: 'syncing', why: 'silent for 151 s', heardSeconds: null },
      ],
      notes: ['memory is short: raise the limit'],
    });
  });

  it('answers 500 without the cause when a handler throws, logs it, and goes on', async () => {
    const reply = await get('/api/v1/coverage');
    expect([reply.status, reply.headers['content-type']]).toEqual([500, PROBLEM]);
    expect(reply.body.toString()).not.toContain('planted');
    expect(faults).toMatchObject([{ err: { message: 'planted' }, path: '/api/v1/coverage' }]);
    expect((await get(POLICY)).status).toBe(200);
  });

  it('pages through the nodes without repeating or skipping one while others come and go', async () => {
    const seen: string[] = [];
    let path = `${POLICY}/nodes?limit=1`;
    for (;;) {
      const page = JSON.parse((await get(path)).body.toString());
      seen.push(...page.items.map(({ node }: { node: string }) => node));
      if (page.continue === undefined) break;
      if (seen.length === 1) {
        nodes.delete('missing/gpu/1');
        nodes.add('aaa').add('node-15');
      }
      path = `${POLICY}/nodes?limit=1&continue=${page.continue}`;
    }
    expect(seen).toEqual(['missing/gpu/1', 'node-1', 'node-15', 'node-2']);
  });

  it.each([
    ['text', {}, METRICS],
    ['openmetrics', OPEN_ACCEPT, OPEN_METRICS],
  ] as const)('serves %s, plain and gzipped alike', async (format, headers, type) => {
    const [plain, zipped] = await Promise.all([
      get('/metrics', { headers }),
      get('/metrics', { headers: { ...headers, 'accept-encoding': 'gzip' } }),
    ]);
    expect([plain.headers['content-type'], zipped.headers['content-type']]).toEqual([type, type]);
    expect([plain.headers['content-encoding'], zipped.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect(plain.headers.vary).toBe('Accept, Accept-Encoding');
    expect(gunzipSync(zipped.body)).toEqual(plain.body);
    expect(parseExposition(plain.body.toString(), format).at(-1)?.samples[0]?.name).toBe('x_total');
  });
});

it('lists every policy', async () => {
  const server = await startServer(serverOptions());
  const reply = await ask(`${server.url}/api/v1/coverage`);
  await server.close(1000);
  expect(JSON.parse(reply.body.toString())).toMatchObject({
    items: [{ namespace: 'kube-system', daemonset: 'agent' }],
  });
});
