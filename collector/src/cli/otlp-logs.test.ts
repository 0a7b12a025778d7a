import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { buildKubeEvent } from '../test-objects.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import type { ExportedEvent } from './export-events.ts';
import { createEventLogs, type EventLogs } from './otlp-logs.ts';
import { startOtlpReceiver, type OtlpReceiver } from './test-otlp.ts';

let receiver: OtlpReceiver | undefined;
let time: FakeTime;
let said: string[];

async function receive(answer?: (response: ServerResponse) => void): Promise<OtlpReceiver> {
  receiver = await startOtlpReceiver(answer);
  return receiver;
}

function open(env: Readonly<Record<string, string>>): EventLogs | undefined {
  time = createFakeTime();
  said = [];
  const note = (level: string) => (fields: unknown, text?: string) =>
    void said.push(`${level}: ${typeof fields === 'string' ? fields : text}`);
  const log = { warn: note('warn'), debug: note('debug') };
  return createEventLogs({ env, log, version: '1.2.3', cluster: 'eu-1', timers: time });
}

function exported(uid: string): ExportedEvent {
  const object = buildKubeEvent({ uid, count: 3 });
  const { involvedName, reason, message, type, component, count } = object;
  const row = { kind: 'event', cluster: 'eu-1', policyUid: 'p', nodeUid: 'n', node: 'node-1', pool: '' } as const;
  const about = { wallMs: object.lastAt ?? 0, eventUid: uid, object: `Pod/agents/${involvedName}` };
  return { object, daemonset: 'agents/agent', row: { ...row, ...about, reason, message, type, component, count } };
}

afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
});

test('events arrive as log records of one batch, in the words of OpenTelemetry', async () => {
  const { env, logs, asked } = await receive();
  const own = open({ ...env, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x' });
  for (const uid of ['e1', 'e2']) own?.send(exported(uid));
  expect(asked).toEqual([]);
  time.advance(2_000);
  await until(() => logs.length === 2, 'the records');
  expect(asked).toEqual(['/v1/logs application/json']);
  expect(logs[0]).toEqual({
    timeUnixNano: `${Date.UTC(2026, 0, 1)}000000`,
    severityNumber: 13,
    severityText: 'Warning',
    body: { stringValue: 'MountVolume.SetUp failed for volume "x" : secret "x" not found' },
    attributes: {
      'k8s.event.name': 'agent.17',
      'k8s.event.uid': 'e1',
      'k8s.event.reason': 'FailedMount',
      'k8s.event.count': '3',
      'k8s.namespace.name': 'agents',
      'k8s.object.kind': 'Pod',
      'k8s.object.name': 'agent-a',
      'k8s.object.uid': 'pod-a',
      'k8s.node.name': 'node-1',
      'k8s.daemonset.name': 'agent',
    },
    resource: { 'service.name': 'rollcall', 'service.version': '1.2.3', 'k8s.cluster.name': 'eu-1' },
  });
});

test('what is left is sent at the end', async () => {
  const { env, logs } = await receive();
  const own = open(env);
  own?.send(exported('e1'));
  await own?.stop();
  expect([logs.length, time.pending()]).toEqual([1, []]);
});

test.each([
  {},
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_LOGS_EXPORTER: 'none' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
])('nobody asks for them by %j', (env) => {
  expect([open(env), said]).toEqual([undefined, []]);
});

test('gRPC is not spoken, which is said', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  expect(open(env)).toBeUndefined();
  expect(said).toEqual([expect.stringMatching(/^warn: no Kubernetes Events are sent by OTLP/)]);
});

test('a receiver that fails is warned of once, tried five times a batch, and never holds up or fills the memory', async () => {
  const { env, asked } = await receive((response) => void response.writeHead(503).end());
  const own = open(env);
  for (let n = 0; n < 3_000; n += 1) own?.send(exported(`e${n}`));
  expect(own?.dropped()).toBe(2_000);
  for (let request = 1; request <= 25; request += 1) {
    await until(() => time.pending().length === 1, `the plan of request ${request}`);
    time.advance(64_000);
    await until(() => asked.length === request && said.length === request, `request ${request}`);
  }
  expect(said.map((line) => line.split(':', 1)[0])).toEqual(['warn', ...Array.from({ length: 24 }, () => 'debug')]);
  await until(() => own?.dropped() === 3_000, 'all to be dropped');
  expect(time.pending()).toEqual([]);
});

test('a batch that fails is sent again, once, and one that is refused is dropped', async () => {
  const statuses = [503, 429, 200, 400, 200];
  const { env, asked } = await receive((response) => void response.writeHead(statuses.shift() ?? 200).end());
  const own = open(env);
  own?.send(exported('e1'));
  for (const [at, pause] of [2_000, 4_000, 8_000].entries()) {
    await until(() => time.pending().length === 1, `the plan of request ${at + 1}`);
    time.advance(pause - 1);
    expect(asked).toHaveLength(at);
    time.advance(1);
    await until(() => asked.length === at + 1, `request ${at + 1}`);
  }
  await until(() => statuses.length === 2, 'the third answer');
  own?.send(exported('e2'));
  await own?.stop();
  expect([asked.length, own?.dropped(), time.pending()]).toEqual([4, 1, []]);
});
