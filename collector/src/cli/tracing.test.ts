import { SPANS } from '@rollcall/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './test-otlp.ts';
import { populate, startServe, type RunningServe } from './test-run.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

const CATALOGUE = Object.values(SPANS).flatMap(({ attributes }) => Object.keys(attributes));

let cluster: TestKube;
let receiver: OtlpReceiver;

beforeEach(async () => {
  cluster = await startTestKube();
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await receiver.stop();
  await cluster.stop();
});

/** Starts a collector whose process environment is this one, as the SDK reads it from nowhere else. */
function start(env: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<RunningServe> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return startServe(['--kubeconfig', cluster.kubeconfig, ...flags], env);
}

/** What is the same in every run. */
function describeSpan({ name, kind, attributes }: ReceivedSpan): object {
  const { 'rollcall.list.bytes': _bytes, 'server.port': _port, 'url.full': full, ...rest } = attributes;
  return { name, kind, ...rest, ...(typeof full === 'string' && { 'url.full': new URL(full).pathname }) };
}

function find(spans: readonly ReceivedSpan[], name: RegExp): readonly object[] {
  return spans.filter((span) => name.test(span.name)).map(describeSpan);
}

describe('a collector that is traced', () => {
  test('tells of policies, lists, writes and requests, and ends with all of them sent', async () => {
    populate(cluster);
    cluster.crd();
    cluster.policy('a');
    cluster.policy('b', { daemonset: { namespace: 'far' } });
    cluster.kube.faults.failNext({ status: 503, times: 1 });
    const running = await start(receiver.env, '--cluster', 'eu-1');
    await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
    await until(() => cluster.ready('a') && cluster.ready('b'), 'the conditions');
    cluster.policy('a', { spec: { purpose: 'mesh' } });
    await until(async () => (await running.policies())[0]?.purpose === 'mesh', 'the change');
    cluster.delete('DaemonCoverage', 'a');
    await until(async () => (await running.counts('a')) === '', 'the end');
    const warnings: string[] = [];
    process.on('warning', ({ name }) => warnings.push(name));
    await running.ask('/metrics');
    await running.ask('/healthz');
    await running.ask('/readyz');
    await running.ask('/nowhere/secret?token=secret');
    await running.ask('/api/v1/coverage/agents/a/nodes?state=covered');
    expect((await running.interrupt()).code).toBe(0);
    // Such as that of too many listeners, which looks like a leak.
    expect(warnings).toEqual([]);
    const { spans } = receiver;
    // Nobody was asked twice.
    expect(missing(spans)).toEqual(['http.request.resend_count']);

    expect(find(spans, /^policy/)).toEqual(
      expect.arrayContaining([
        policySpan('in_force', 'agents/a', {
          'rollcall.policy.generation': 1,
          'rollcall.policy.nodes': expect.anything(),
        }),
        policySpan('changed', 'agents/a', { 'rollcall.policy.generation': 2, 'rollcall.policy.nodes': 3 }),
        policySpan('gone', 'agents/a', { 'rollcall.policy.generation': 2, 'rollcall.policy.nodes': 3 }),
        policySpan('rejected', 'agents/b', { 'error.type': 'Invalid' }),
      ]),
    );
    expect(find(spans, /^policy/)).toHaveLength(4);
    const lists = find(spans, /^relist$/);
    expect(lists).toContainEqual({
      name: 'relist',
      kind: 1,
      'rollcall.watch': 'pods/agents/app=a',
      'rollcall.list.mode': 'streaming',
      'rollcall.list.objects': 2,
      'server.address': '127.0.0.1',
    });
    expect(lists.filter((list) => 'error.type' in list)).toEqual([
      expect.objectContaining({ 'error.type': 'Unavailable', 'rollcall.list.objects': 0 }),
    ]);
    expect(find(spans, /^PATCH/)).toContainEqual({
      name: 'PATCH /apis/rollcall.dev/v1alpha1/namespaces/{namespace}/daemoncoverages/{name}/status',
      kind: 3,
      'http.request.method': 'PATCH',
      'url.template': '/apis/rollcall.dev/v1alpha1/namespaces/{namespace}/daemoncoverages/{name}/status',
      'url.full': '/apis/rollcall.dev/v1alpha1/namespaces/agents/daemoncoverages/b/status',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
    });
    expect(find(spans, /^GET/).slice(-3)).toEqual([
      requestSpan('/metrics', 200, { 'http.route': '/metrics' }),
      requestSpan('/nowhere/secret', 404),
      requestSpan('/api/v1/coverage/agents/a/nodes', 404, {
        'http.route': '/api/v1/coverage/{namespace}/{daemonset}/nodes',
      }),
    ]);
  });

  test('says nothing that the catalogue does not know, of itself neither, and nobody else does', async () => {
    populate(cluster);
    const running = await start({ ...receiver.env, OTEL_RESOURCE_ATTRIBUTES: 'team=platform' }, '--discover');
    await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
    cluster.delete('DaemonSet', 'a');
    await until(async () => (await running.policies()).length === 0, 'the end');
    cluster.daemonSet('a');
    await until(async () => (await running.policies()).length === 1, 'the beginning');
    await running.interrupt();
    expect(running.lines().filter(({ otel }) => otel !== undefined)).toEqual([]);
    // Discovered anew it has the same uid.
    const changes = find(receiver.spans, /^policy/).map((span) => Object(span)['rollcall.policy.change']);
    expect(changes).toEqual(['in_force', 'gone', 'in_force']);
    const said = receiver.spans.flatMap(({ attributes }) => Object.keys(attributes));
    expect(said.filter((name) => !CATALOGUE.includes(name))).toEqual([]);
    expect(receiver.spans.map(({ name }) => name).filter((name) => !/^(relist|policy|GET)( |$)/.test(name))).toEqual(
      [],
    );
    expect(receiver.spans[0]?.resource).toEqual({
      'service.name': 'rollcall',
      'service.version': '0.1.0',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': expect.anything(),
      team: 'platform',
    });
    // Neither /v1/metrics nor /v1/logs.
    expect([...new Set(receiver.asked)]).toEqual(['/v1/traces application/json']);
  });

  test('makes a request the child of what its headers name, and nothing else the child of anything', async () => {
    populate(cluster);
    const running = await start(receiver.env, '--discover');
    await until(() => running.isReady(), 'readiness');
    const headers = { connection: 'close', traceparent: `00-${TRACE}-${SPAN}-01` };
    await (await fetch(`${running.url}/api/v1/coverage`, { headers })).text();
    await (await fetch(`${running.url}/metrics`, { headers: { ...headers, traceparent: 'garbage' } })).text();
    await running.interrupt();
    const children = receiver.spans.filter(({ parentSpanId }) => parentSpanId);
    expect(children).toMatchObject([{ name: 'GET /api/v1/coverage', traceId: TRACE, parentSpanId: SPAN }]);
  });

  test('makes the question who a client is a child of its request, and tells nobody its token', async () => {
    // The embedded API server knows no reviews: it answers 404, and the client hears 503.
    const running = await start(receiver.env, '--authenticate');
    const headers = { connection: 'close', authorization: 'Bearer hush' };
    expect((await fetch(`${running.url}/api/v1/coverage`, { headers })).status).toBe(503);
    await running.interrupt();
    const [request] = receiver.spans.filter(({ kind }) => kind === 2);
    const [review] = receiver.spans.filter(({ kind }) => kind === 3);
    expect(request).toMatchObject({ name: 'GET /api/v1/coverage', failed: true, attributes: { 'error.type': '503' } });
    expect(review).toMatchObject({
      name: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
      traceId: request?.traceId,
      parentSpanId: request?.spanId,
      failed: true,
      attributes: { 'error.type': 'NotFound', 'http.response.status_code': 404 },
    });
    expect(JSON.stringify(receiver.spans)).not.toContain('hush');
  });

  test('warns once of a receiver that is down, and works and ends all the same', async () => {
    populate(cluster);
    await receiver.stop();
    const quick = { OTEL_BSP_SCHEDULE_DELAY: '5', OTEL_EXPORTER_OTLP_TIMEOUT: '200' };
    const running = await start({ ...receiver.env, ...quick }, '--discover', '--log-level', 'debug');
    await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
    const told = () => running.lines().filter(({ otel }) => otel !== undefined);
    await until(
      async () => (await running.isReady()) && (await running.counts('a')) && told().length > 1,
      'two failures',
    );
    expect((await running.interrupt()).code).toBe(0);
    const [first, ...rest] = told();
    expect([first?.level, first?.msg]).toEqual([40, expect.stringMatching(/^traces do not arrive/)]);
    expect(new Set(rest.map(({ level }) => level))).toEqual(new Set([20]));
    receiver = await startOtlpReceiver();
  });
});

/** What the catalogue promises and none of these says. */
function missing(spans: readonly ReceivedSpan[]): readonly string[] {
  return CATALOGUE.filter((name) => spans.every(({ attributes }) => !(name in attributes)));
}

function policySpan(change: string, name: string, more: object): object {
  return {
    name: `policy ${change}`,
    kind: 1,
    'rollcall.policy.change': change,
    'rollcall.policy.name': name,
    'rollcall.policy.origin': 'API',
    ...more,
  };
}

function requestSpan(path: string, status: number, route: { readonly 'http.route'?: string } = {}): object {
  return {
    name: `GET ${route['http.route'] ?? ''}`.trim(),
    kind: 2,
    'http.request.method': 'GET',
    'url.path': path,
    'url.scheme': 'http',
    'http.response.status_code': status,
    ...route,
  };
}
