import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { startTracing, type Tracing } from './start-tracing.ts';
import { startOtlpReceiver, type OtlpReceiver } from './test-otlp.ts';

type Env = Readonly<Record<string, string>>;

let receiver: OtlpReceiver | undefined;
let time: FakeTime;
let warnings: string[];

async function receive(answer?: (response: ServerResponse) => void): Promise<OtlpReceiver> {
  receiver = await startOtlpReceiver(answer);
  return receiver;
}

function trace(env: Env): Promise<Tracing> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  time = createFakeTime();
  warnings = [];
  const log = {
    warn: (...said: readonly unknown[]) => void warnings.push(String(said.at(-1))),
    debug: () => undefined,
  };
  return startTracing({ env, log, version: '1.2.3', cluster: 'eu-1', timers: time });
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await receiver?.stop();
  receiver = undefined;
});

describe('tracing', () => {
  test.each<Env>([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'TRUE' },
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9' },
    { OTEL_TRACES_EXPORTER: 'otlp' },
  ])('is not asked for by %j', async (env) => {
    const { spans, stop } = await trace(env);
    expect(spans).toBeUndefined();
    await stop();
    expect(warnings).toEqual([]);
  });

  test('sends neither metrics nor logs, whoever makes them', async () => {
    const { env, asked } = await receive();
    const { spans, stop } = await trace(env);
    spans?.start('policy', {}).end();
    const { logs, metrics } = await import('@opentelemetry/api');
    metrics.getMeter('other').createCounter('made').add(1);
    logs.getLogger('other').emit({ body: 'made' });
    await stop();
    expect(asked).toEqual(['/v1/traces application/json']);
  });

  test('speaks protobuf unless the environment says otherwise, and may be asked for traces alone', async () => {
    const { env, asked } = await receive((response) => response.end());
    const { spans, stop } = await trace({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${env['OTEL_EXPORTER_OTLP_ENDPOINT']}/own/path`,
    });
    spans?.start('policy', {}).end();
    await stop();
    expect(asked).toEqual(['/own/path application/x-protobuf']);
    expect(warnings).toEqual([]);
  });

  test('sends what is left when it is stopped, each span under its name, kind and parent', async () => {
    const { env, spans: received } = await receive();
    const { spans, stop } = await trace({ ...env, OTEL_SERVICE_NAME: 'mine' });
    const request = spans?.start('request', { 'http.request.method': 'GET' });
    request?.run(() => {
      spans?.start('relist', { 'rollcall.watch': 'nodes' }).end('Gone');
      const call = spans?.start('kubeRequest', { 'http.request.method': 'POST', 'url.template': '/apis/x/v1/reviews' });
      call?.end();
    });
    spans?.start('kubeRequest', { 'http.request.method': 'PUT', 'url.template': undefined }).end();
    request?.set({ 'http.route': '/metrics' });
    request?.end('500');
    await stop();
    const parent = received.find(({ kind }) => kind === 2);
    expect(received).toMatchObject([
      { name: 'relist', kind: 1, failed: true, attributes: { 'rollcall.watch': 'nodes', 'error.type': 'Gone' } },
      {
        name: 'POST /apis/x/v1/reviews',
        kind: 3,
        failed: false,
        traceId: parent?.traceId,
        parentSpanId: parent?.spanId,
      },
      { name: 'PUT', kind: 3, attributes: { 'http.request.method': 'PUT' } },
      { name: 'GET /metrics', kind: 2, failed: true, attributes: { 'http.route': '/metrics', 'error.type': '500' } },
    ]);
    expect(received.map(({ parentSpanId }) => parentSpanId || '')).toEqual(['', parent?.spanId, '', '']);
    expect(parent?.resource).toMatchObject({
      'service.name': 'mine',
      'service.version': '1.2.3',
      'k8s.cluster.name': 'eu-1',
    });
  });

  test('ends after 5 s at the latest, though the receiver never answers', async () => {
    const { env, asked } = await receive(() => undefined);
    const { spans, stop } = await trace(env);
    // Less than the grace: an export begun before must not keep the process alive beyond it.
    expect(Number(process.env['OTEL_EXPORTER_OTLP_TIMEOUT'])).toBe(4000);
    spans?.start('policy', {}).end();
    let ended = false;
    const stopped = stop().then(() => (ended = true));
    await until(() => asked.length > 0, 'the export');
    time.advance(4999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    time.advance(1);
    await stopped;
  });

  test.each(['collector:4318', 'http:// x'])('is refused with an endpoint that is no URL: %s', async (endpoint) => {
    const { spans, stop } = await trace({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(spans).toBeUndefined();
    await stop();
    expect(warnings).toEqual([
      `nothing is traced: OTEL_EXPORTER_OTLP_ENDPOINT: "${endpoint}" is no URL; write for example http://otel-collector:4318`,
    ]);
  });

  test('without its packages is a warning', async () => {
    vi.doMock('@opentelemetry/sdk-node', () => Promise.reject(new Error('not installed')));
    const { spans } = await trace({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    vi.doUnmock('@opentelemetry/sdk-node');
    expect(spans).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^nothing is traced: OpenTelemetry could not be started/)]);
  });
});
