/** Conformance of patches, server-side apply and the status subresource of built-in kinds. */
import assert from 'node:assert/strict';
import { readList, readPath, readText, type Json, type JsonObject } from '../objects/json.ts';
import type { ApiAnswer, ApiUnderTest } from './api-under-test.ts';
import {
  causesOf,
  createSecrets,
  mergePatch,
  must,
  mustRefuse,
  secret,
  uniqueName,
  versionOf,
  withSecrets,
  type ConformanceCase,
} from './fixtures.ts';

function patchAs(api: ApiUnderTest, [kind, path]: readonly [string, string], body: unknown): Promise<ApiAnswer> {
  return api.request('PATCH', path, { body, headers: { 'content-type': `application/${kind}` } });
}

async function withNode(api: ApiUnderTest, run: (path: string) => Promise<void>): Promise<void> {
  const name = uniqueName('conformance-node');
  const taints = [{ key: 'example.com/conformance', effect: 'NoSchedule' }];
  await must(api.request('POST', '/api/v1/nodes', { body: { metadata: { name }, spec: { taints } } }), 201);
  try {
    await run(`/api/v1/nodes/${name}`);
  } finally {
    await api.request('DELETE', `/api/v1/nodes/${name}`);
  }
}

/** The cases about patches. */
export const patchCases: readonly ConformanceCase[] = [
  {
    name: 'a merge patch sets, replaces and with null removes',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a', { keep: '1', drop: '1' })]);
        const patched = await must(mergePatch(api, `${path}/a`, { metadata: { labels: { drop: null, add: '2' } } }));
        assert.deepEqual(readPath(patched, ['metadata', 'labels']), { keep: '1', add: '2' });
      }),
  },
  {
    name: 'a JSON patch applies as a whole or answers 422',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a', { x: '1' })]);
        const target = ['json-patch+json', `${path}/a`] as const;
        const good = [
          { op: 'test', path: '/metadata/labels/x', value: '1' },
          { op: 'add', path: '/metadata/labels/example.com~1y', value: '2' },
          { op: 'remove', path: '/metadata/labels/x' },
        ];
        const patched = await must(patchAs(api, target, good));
        assert.deepEqual(readPath(patched, ['metadata', 'labels']), { 'example.com/y': '2' });
        const bad = [
          { op: 'remove', path: '/data/key' },
          { op: 'test', path: '/metadata/labels/x', value: '1' },
        ];
        await mustRefuse(patchAs(api, target, bad), 422, 'Invalid');
        await mustRefuse(patchAs(api, target, { not: 'a list' }), 400, 'BadRequest');
        const set = await must(patchAs(api, target, [{ op: 'replace', path: '/metadata/labels/new', value: '3' }]));
        assert.equal(readText(set, ['metadata', 'labels', 'new']), '3', 'replace of an absent member adds it');
        const immutable = [{ op: 'replace', path: '/metadata/uid', value: 'mine' }];
        assert.deepEqual(causesOf(await mustRefuse(patchAs(api, target, immutable), 422, 'Invalid')), [
          'FieldValueInvalid metadata.uid',
        ]);
        const doomed = { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z' } };
        await mustRefuse(mergePatch(api, `${path}/a`, doomed), 422, 'Invalid');
        assert.equal(readText(await must(api.request('GET', `${path}/a`)), ['data', 'key']), 'dmFsdWU=');
      }),
  },
  {
    name: 'a strategic merge patch merges conditions by type and replaces taints as a whole',
    run: (api) =>
      withNode(api, async (path) => {
        const condition = (type: string, status: string): JsonObject => ({ type, status, reason: 'Testing' });
        const send = (to: string, body: JsonObject): Promise<Json> =>
          must(patchAs(api, ['strategic-merge-patch+json', to], body));
        await send(`${path}/status`, { status: { conditions: [condition('ConformanceA', 'True')] } });
        await send(`${path}/status`, { status: { conditions: [condition('ConformanceB', 'True')] } });
        const node = await send(`${path}/status`, { status: { conditions: [condition('ConformanceA', 'False')] } });
        const own = readList(node, ['status', 'conditions']).filter((row) => readText(row, ['reason']) === 'Testing');
        const states = own.map((row) => `${readText(row, ['type'])} ${readText(row, ['status'])}`).sort();
        assert.deepEqual(states, ['ConformanceA False', 'ConformanceB True']);
        const tainted = await send(path, { spec: { taints: [{ key: 'example.com/other', effect: 'NoSchedule' }] } });
        const keys = readList(tainted, ['spec', 'taints']).map((taint) => readText(taint, ['key']));
        assert.ok(keys.includes('example.com/other') && !keys.includes('example.com/conformance'), String(keys));
      }),
  },
  {
    name: 'a node’s status moves only through /status, its spec only through the node',
    run: (api) =>
      withNode(api, async (path) => {
        const both = { spec: { providerID: 'test:///one' }, status: { nodeInfo: { machineID: 'one' } } };
        const main = await must(mergePatch(api, path, both));
        assert.equal(readText(main, ['spec', 'providerID']), 'test:///one');
        assert.notEqual(readText(main, ['status', 'nodeInfo', 'machineID']), 'one');
        const next = { spec: { unschedulable: true }, status: { nodeInfo: { machineID: 'two' } } };
        const status = await must(mergePatch(api, `${path}/status`, next));
        assert.equal(readText(status, ['status', 'nodeInfo', 'machineID']), 'two');
        assert.equal(readPath(status, ['spec', 'unschedulable']), undefined);
      }),
  },
  {
    name: 'a patch that states a stale resourceVersion answers 409, one of an absent object 404, of no known sort 415',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        await must(mergePatch(api, `${path}/a`, { metadata: { labels: { x: '1' } } }));
        const stale = { metadata: { resourceVersion: versionOf(made), labels: { x: '2' } } };
        await mustRefuse(mergePatch(api, `${path}/a`, stale), 409, 'Conflict');
        await mustRefuse(mergePatch(api, `${path}/b`, {}), 404, 'NotFound');
        await mustRefuse(patchAs(api, ['json', `${path}/a`], {}), 415, 'UnsupportedMediaType');
      }),
  },
  {
    name: 'server-side apply creates, then changes, and needs a fieldManager',
    run: (api) =>
      withSecrets(api, async (path) => {
        const apply = (query: string, labels: Record<string, string>): Promise<ApiAnswer> =>
          patchAs(api, ['apply-patch+yaml', `${path}/a${query}`], secret('a', labels));
        await mustRefuse(apply('', {}), 422, 'Invalid');
        await must(apply('?fieldManager=applier', { x: '1' }), 201);
        const changed = await must(apply('?fieldManager=applier', { x: '2' }));
        assert.equal(readText(changed, ['metadata', 'labels', 'x']), '2');
        const [entry] = readList(changed, ['metadata', 'managedFields']);
        assert.deepEqual([readText(entry, ['manager']), readText(entry, ['operation'])], ['applier', 'Apply']);
        await must(mergePatch(api, `${path}/a`, { metadata: { labels: { y: '1' } } }));
        const less = await must(apply('?fieldManager=applier', {}));
        assert.deepEqual(readPath(less, ['metadata', 'labels']), { y: '1' }, 'what it leaves out goes, others stay');
        const status = ['apply-patch+yaml', '/api/v1/nodes/absent/status?fieldManager=applier'] as const;
        const absent = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'absent' } };
        await mustRefuse(patchAs(api, status, absent), 404, 'NotFound');
      }),
  },
];
