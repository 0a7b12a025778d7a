import { Readable } from 'node:stream';
import type { Connection } from '@rollcall/kube';
import { beforeEach, expect, test } from 'vitest';
import { nodeAnswer } from '../http/test-ports.ts';
import { createFakeTime, type FakeTime } from '../test-time.ts';
import { createStaleConfig } from './find-stale-config.ts';

type Json = Readonly<Record<string, unknown>>;

let time: FakeTime;
let asked: string[];
let documents: Record<string, Json>;

const POD = '/api/v1/namespaces/agents/pods/agent-x';
const CONFIG = '/api/v1/namespaces/agents/configmaps/';

const SPEC = {
  containers: [
    {
      name: 'agent',
      envFrom: [{ configMapRef: { name: 'env' } }],
      volumeMounts: [
        { name: 'file', mountPath: '/etc/a', subPath: 'a' },
        { name: 'all', mountPath: '/etc/all' },
        { name: 'token', mountPath: '/var/run' },
      ],
    },
  ],
  volumes: [
    { name: 'file', configMap: { name: 'file' } },
    { name: 'all', configMap: { name: 'all' } },
    { name: 'token', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }, { secret: { name: 's' } }] } },
  ],
};

function running(startedAt: string): Json {
  return { spec: SPEC, status: { containerStatuses: [{ state: { running: { startedAt } } }, { state: {} }] } };
}

/** `data` and the labels of a ConfigMap have owners of their own. */
function changed(time: string): Json {
  const later = '2026-01-01T23:00:00Z';
  const managedFields = [
    { manager: 'helm', time, fieldsV1: { 'f:data': {} } },
    { manager: 'labeller', time: later, fieldsV1: { 'f:metadata': {} } },
  ];
  return { metadata: { creationTimestamp: '2025-01-01T00:00:00Z', managedFields } };
}

beforeEach(() => {
  time = createFakeTime();
  asked = [];
  documents = {
    [POD]: running('2026-01-01T12:00:00Z'),
    ...Object.fromEntries(['env', 'file', 'all'].map((name) => [CONFIG + name, changed('2026-01-01T12:00:01Z')])),
  };
});

function connect(): Connection {
  return {
    server: 'https://api',
    defaultNamespace: 'default',
    clock: time,
    timers: time,
    traits: { streamingList: true, protobuf: true },
    close: () => undefined,
    request: async ({ path, headers }) => {
      asked.push(`${path} ${headers?.['Accept']}`);
      const body = documents[path] ?? { kind: 'Status', code: 403, message: 'forbidden' };
      return {
        status: documents[path] === undefined ? 403 : 200,
        headers: {},
        body: Readable.from([Buffer.from(JSON.stringify(body))]) as never,
      };
    },
  };
}

const DETAIL = { ...nodeAnswer('n1'), pod: 'agents/agent-x' } as never;
const find = async (): Promise<readonly string[]> => {
  const findings = await createStaleConfig(connect())(DETAIL);
  expect(findings.map(({ code }) => code)).toEqual(findings.map(() => 'ConfigStale'));
  return findings.map(({ message }) => message);
};

test('ConfigMaps that changed after the pod began are found by their metadata alone, and by what still has the old one', async () => {
  const times = 'changed at 2026-01-01T12:00:01Z, the pod runs since 2026-01-01T12:00:00Z';
  expect(await find()).toEqual([
    `ConfigMap file ${times}: its environment or a subPath mount still has the old one.`,
    `ConfigMap all ${times}: its volume has the new one, and the process has to read it.`,
    `ConfigMap env ${times}: its environment or a subPath mount still has the old one.`,
  ]);
  expect(asked.map((path) => path.split(' ')[0])).toEqual([POD, `${CONFIG}file`, `${CONFIG}all`, `${CONFIG}env`]);
  for (const path of asked.slice(1)) expect(path).toContain('as=PartialObjectMetadata');
});

test.each<readonly [string, () => void]>([
  ['began after the change', () => (documents[POD] = running('2026-01-01T12:00:01Z'))],
  ['does not run', () => (documents[POD] = { spec: SPEC, status: {} })],
  ['cannot be read', () => delete documents[POD]],
  ['may not be told of ConfigMaps', () => (documents = { [POD]: running('2026-01-01T12:00:00Z') })],
])('nothing is found of a pod that %s', async (_, change) => {
  change();
  expect(await find()).toEqual([]);
});

test('nodes that share ConfigMaps cost one read of each, and who asks for very many is answered without', async () => {
  const look = createStaleConfig(connect());
  const ask = (pod: string) => look({ ...nodeAnswer('n1'), pod } as never);
  await ask('agents/agent-x');
  await ask('agents/agent-x');
  expect(asked).toHaveLength(4);
  for (let n = 0; n < 40; n++) await ask(`agents/other-${n}`);
  expect(asked.length).toBe(16);
  time.advance(1_000);
  await ask('agents/late');
  expect(asked.length).toBe(17);
  await ask('agents/other-39');
  expect(asked.at(-1)).toContain('/pods/other-39');
});
