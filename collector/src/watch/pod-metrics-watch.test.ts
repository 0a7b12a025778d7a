import { Readable } from 'node:stream';
import type { ClusterEvent } from '@rollcall/contract';
import type { Connection, KubeRequest } from '@rollcall/kube';
import { beforeEach, expect, test } from 'vitest';
import { HOUR, buildPolicy } from '../test-objects.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { watchPodMetrics, type DaemonPods, type PodMetricsWatch } from './pod-metrics-watch.ts';

const ASKED = buildPolicy({ objectives: [{ sli: 'resources', target: 0.99, windowMs: HOUR }] });
const PATH = '/apis/metrics.k8s.io/v1beta1/namespaces/agents/pods';
const TIMESTAMP = '2026-01-01T00:00:00Z';

let time: FakeTime;
let asked: KubeRequest[];
let events: ClusterEvent[];
let logged: string[];
let answer: () => { readonly status: number; readonly body: unknown };
let pods: DaemonPods | undefined;
let metrics: PodMetricsWatch;

beforeEach(() => {
  time = createFakeTime(Date.UTC(2026, 0, 1));
  [asked, events, logged] = [[], [], []];
  const selector = { matchLabels: { app: 'agent' }, matchExpressions: [] };
  pods = { selector, places: new Map([['agent-a', { node: 'a', uid: 'pod-a' }]]) };
  const write = (_: object, text: string): void => void logged.push(text);
  metrics = watchPodMetrics({
    connection: connectTo((request) => {
      asked.push(request);
      return answer();
    }),
    ...{ clock: time, timers: time, log: { info: write, warn: write }, findPods: () => pods },
    emit: (event) => void events.push(event),
  });
});

function connectTo(answerTo: (request: KubeRequest) => ReturnType<typeof answer>): Connection {
  const request: Connection['request'] = (asking) => {
    const { status, body } = answerTo(asking);
    const bytes = Readable.from([Buffer.from(JSON.stringify(body))]);
    return Promise.resolve({ status, headers: { 'content-type': 'application/json' }, body: bytes });
  };
  const traits = { streamingList: false, protobuf: false };
  const clocks = { clock: time, timers: time };
  return { server: 'https://test', defaultNamespace: 'default', ...clocks, traits, request, close: () => undefined };
}

function podMetrics(name: string, ...usage: readonly (readonly [cpu: string, memory: string])[]): object {
  const containers = usage.map(([cpu, memory], index) => ({ name: `c${index}`, usage: { cpu, memory } }));
  return { metadata: { name, namespace: 'agents' }, timestamp: TIMESTAMP, window: '15s', containers };
}

const list = (...items: readonly object[]) => ({
  status: 200,
  body: { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items },
});
const refusal = (status: number, message: string) => ({ status, body: { kind: 'Status', message } });

/** Lets time pass until one more list was answered and the next is waited for. */
async function turn(): Promise<void> {
  const before = asked.length;
  time.advance(time.pending()[0] ?? 0);
  await until(() => asked.length > before && time.pending().join() === '30000', 'a turn');
}

test('nobody is asked before a policy has the objective, and not any more after it has gone', async () => {
  answer = () => list();
  metrics.retarget([buildPolicy()]);
  expect(time.pending()).toEqual([]);
  metrics.retarget([ASKED]);
  expect(metrics.stateOf(ASKED.uid)).toBeUndefined();
  await turn();
  expect(asked.map(({ path }) => path)).toEqual([`${PATH}?labelSelector=app%3Dagent&limit=500`]);
  expect(metrics.stateOf(ASKED.uid)).toEqual({ trouble: undefined });
  metrics.retarget([]);
  expect(time.pending()).toEqual([]);
  expect(events.map((event) => Object(event)['state'])).toEqual(['live', 'gone']);
});

test('containers count together, for the node of their pod; pods of others tell nothing', async () => {
  answer = () => list(podMetrics('agent-a', ['12345678n', '100Mi'], ['100m', '1M']), podMetrics('other', ['1', '1Gi']));
  metrics.retarget([ASKED]);
  await turn();
  expect(events.find(({ kind }) => kind === 'usage')).toMatchObject({
    source: 'podmetrics/policy-agent',
    samples: [
      {
        node: 'a',
        podUid: 'pod-a',
        sampledAt: Date.parse(TIMESTAMP),
        cpuCores: 0.112345678,
        memoryBytes: 105_857_600,
      },
    ],
  });
});

test('an API that is not served is said once, asked again, and said to be back', async () => {
  answer = () => refusal(404, 'the server could not find the requested resource');
  metrics.retarget([ASKED]);
  await turn();
  await turn();
  expect(metrics.stateOf(ASKED.uid)?.trouble).toMatchObject({ code: 'NotFound' });
  answer = () => refusal(503, 'service unavailable');
  await turn();
  expect(metrics.stateOf(ASKED.uid)?.trouble).toMatchObject({ code: 'Unavailable' });
  answer = () => list();
  await turn();
  expect(logged).toEqual([
    'metrics.k8s.io does not answer; heartbeats alone tell what daemons use',
    'metrics.k8s.io does not answer; heartbeats alone tell what daemons use',
    'metrics.k8s.io answers again',
  ]);
});

test('while no pod is known nobody is asked, and a stopped watch asks no more', async () => {
  const known = pods;
  pods = undefined;
  answer = () => list();
  metrics.retarget([ASKED]);
  for (let second = 0; second < 10; second += 2) {
    time.advance(2_000);
    await until(() => time.pending().length === 1);
  }
  expect(asked).toEqual([]);
  pods = known;
  await turn();
  metrics.stop();
  expect(time.pending()).toEqual([]);
});
