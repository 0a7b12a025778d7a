import { Readable } from 'node:stream';
import type { NodeDetail, ReasonCode } from '@rollcall/contract';
import type { Connection } from '@rollcall/kube';
import { beforeEach, expect, test } from 'vitest';
import { nodeAnswer } from '../http/test-ports.ts';
import { createFakeTime, type FakeTime } from '../test-time.ts';
import { createEvidence } from './find-evidence.ts';

type Json = Readonly<Record<string, unknown>>;

let time: FakeTime;
let asked: string[];
let pods: Json[];
let own: Json;
let allocatable: Json;
let refusal: { readonly status: number; readonly message: string } | undefined;

beforeEach(() => {
  time = createFakeTime();
  asked = [];
  pods = [];
  own = pod('agent-x', { priority: 1000 }, { ports: [{ hostPort: 9100, containerPort: 9100 }] });
  allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
  refusal = undefined;
});

function pod(name: string, spec: Json, container: Json = {}, more: Json = {}): Json {
  const metadata = { name, namespace: 'agents', ownerReferences: [{ kind: 'DaemonSet', name: 'other' }] };
  return {
    metadata,
    spec: { ...spec, containers: [{ name: 'c', ...container }] },
    status: { phase: 'Running' },
    ...more,
  };
}

function connect(): Connection {
  return {
    server: 'https://api',
    defaultNamespace: 'default',
    clock: time,
    timers: time,
    traits: { streamingList: true, protobuf: true },
    close: () => undefined,
    request: async ({ path }) => {
      asked.push(path);
      const body =
        refusal ??
        (path.startsWith('/api/v1/pods?')
          ? { items: pods }
          : path.includes('/nodes/')
            ? { status: { allocatable } }
            : own);
      return {
        status: refusal?.status ?? 200,
        headers: {},
        body: Readable.from([Buffer.from(JSON.stringify(body))]) as never,
      };
    },
  };
}

function detailOf(reason: ReasonCode | null, node = 'n1', findings: NodeDetail['findings'] = []): NodeDetail {
  const answer = { ...nodeAnswer(node), state: 'uncovered' as const, reason, findings, pod: `agents/agent-${node}` };
  return { ...answer, nextStep: null, commands: [], runbook: null, evidence: [], checks: [], transitions: [] };
}

test('the holder of a host port is named with its owner and its priority, and others are not', async () => {
  pods = [
    pod('far', { priority: 1000 }, { ports: [{ hostPort: 9101 }] }),
    pod('holder', { priority: 1000, hostNetwork: true }, { ports: [{ containerPort: 9100 }] }),
    pod('udp', {}, { ports: [{ hostPort: 9100, protocol: 'UDP' }] }),
    pod('ended', {}, { ports: [{ hostPort: 9100 }] }, { status: { phase: 'Succeeded' } }),
  ];
  expect(await createEvidence(connect())(detailOf('PortConflict'))).toEqual([
    'host port TCP 9100 is held by pod agents/holder (DaemonSet/other), of equal priority (1000)',
  ]);
  expect(asked).toEqual([
    '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1&resourceVersion=0',
    '/api/v1/namespaces/agents/pods/agent-n1',
    '/api/v1/nodes/n1',
  ]);
});

test('a port that nobody holds any more is said to be free', async () => {
  expect(await createEvidence(connect())(detailOf('PortConflict'))).toEqual([
    'no pod on the node holds what pod agents/agent-x asks for now (TCP 9100); the scheduler tries again by itself',
  ]);
});

test('a full node is told by resource, with the largest holders and whether they could be evicted', async () => {
  const requests = (cpu: string) => ({ resources: { requests: { cpu } } });
  own = pod('agent-x', { priority: 1000 }, requests('500m'));
  pods = [
    pod('small', { priority: 0 }, requests('100m')),
    pod('large', { priority: 1000 }, requests('2500m')),
    pod('critical', { priority: 2000 }, requests('1300m')),
    pod('idle', {}),
  ];
  expect(await createEvidence(connect())(detailOf('InsufficientResources'))).toEqual([
    'cpu: 500m is asked for, 100m of 4 is left',
    'cpu: 2500m is held by pod agents/large (DaemonSet/other), of equal priority (1000)',
    "cpu: 1300m is held by pod agents/critical (DaemonSet/other), of higher priority (2000, the daemon's is 1000)",
    "cpu: 100m is held by pod agents/small (DaemonSet/other), of lower priority (0, the daemon's is 1000)",
  ]);
});

test('a request above what the node has never fits, whoever is there, and a node may have no place left', async () => {
  own = pod('agent-x', {}, { resources: { requests: { memory: '9Gi' } } });
  allocatable = { ...allocatable, pods: '7' };
  pods = Array.from({ length: 7 }, (_, at) => pod(`p${at}`, {}));
  expect(await createEvidence(connect())(detailOf('InsufficientResources'))).toEqual([
    'memory: 9Gi is asked for, 8Gi of 8Gi is left: it never fits',
    'pods: 1 is asked for, 0 of 7 is left',
    ...[0, 1, 2, 3, 4].map((at) => `pods: 1 is held by pod agents/p${at} (DaemonSet/other), of equal priority (0)`),
    'and 2 more pods hold pods',
  ]);
});

test('nothing is asked for another reason; a finding counts as much as a reason', async () => {
  const find = createEvidence(connect());
  expect(await find(detailOf('CrashLoop'))).toEqual([]);
  expect(await find({ ...detailOf('PortConflict'), pod: null })).toEqual([]);
  expect(asked).toEqual([]);
  expect(await find(detailOf(null, 'n1', [{ code: 'PortConflict', message: '' }]))).toHaveLength(1);
});

test('an answer is kept for 5 s, one look-up serves all who wait for it, and a refusal says why and is asked again after 1 s', async () => {
  const find = createEvidence(connect());
  const ask = (): Promise<readonly string[]> => find(detailOf('PortConflict'));
  await Promise.all([ask(), ask(), ask()]);
  time.advance(4_999);
  await ask();
  expect(asked).toHaveLength(3);
  time.advance(1);
  refusal = { status: 403, message: 'pods is forbidden: no' };
  const [line] = await ask();
  expect(line).toMatch(/^who holds it could not be looked up: .*pods is forbidden: no/);
  expect(asked).toHaveLength(6);
  time.advance(1_000);
  refusal = undefined;
  expect((await ask())[0]).toMatch(/^no pod on the node/);
});

test('a flood of questions about different nodes troubles the API server 8 times at once, then twice a second', async () => {
  const find = createEvidence(connect());
  const askAll = async (prefix: string): Promise<number> => {
    asked.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => find(detailOf('PortConflict', `${prefix}${at}`))),
    );
    const refused = answers.flat().filter((line) => line.includes('too many nodes were looked up just now'));
    expect(refused).toHaveLength(50 - asked.length / 3);
    return asked.length / 3;
  };
  expect(await askAll('a')).toBe(8);
  time.advance(1_500);
  expect(await askAll('b')).toBe(3);
});
