/** Conformance of creations, updates and deletions. */
import assert from 'node:assert/strict';
import { readList, readPath, readText, type Json } from '../objects/json.ts';
import {
  causesOf,
  createPod,
  createSecrets,
  edit,
  mergePatch,
  must,
  mustRefuse,
  nameOf,
  secret,
  uniqueName,
  versionOf,
  withSecrets,
  type ConformanceCase,
} from './fixtures.ts';

function managers(object: Json): readonly string[] {
  return readList(object, ['metadata', 'managedFields']).map((entry) => readText(entry, ['manager']));
}

const creations: readonly ConformanceCase[] = [
  {
    name: 'a creation answers 201 with uid, creationTimestamp and resourceVersion, whatever the client says of them',
    run: (api) =>
      withSecrets(api, async (path) => {
        const given = edit(secret('a'), { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z' });
        const made = await must(api.request('POST', path, { body: given }), 201);
        assert.match(readText(made, ['metadata', 'uid']), /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        assert.match(readText(made, ['metadata', 'creationTimestamp']), /^20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        assert.match(versionOf(made), /^\d+$/);
        assert.deepEqual(await must(api.request('GET', `${path}/a`)), made);
        assert.equal(
          (await api.request('POST', path, { body: edit(secret('b'), { resourceVersion: '5' }) })).status,
          500,
        );
      }),
  },
  {
    name: 'generateName adds five characters',
    run: (api) =>
      withSecrets(api, async (path) => {
        const body = { ...secret(''), metadata: { generateName: 'made-' } };
        const names = [nameOf(await must(api.request('POST', path, { body }), 201))];
        names.push(nameOf(await must(api.request('POST', path, { body }), 201)));
        for (const name of names) assert.match(name, /^made-[a-z0-9]{5}$/);
        assert.equal(new Set(names).size, 2);
      }),
  },
  {
    name: 'a second creation of a name answers 409 AlreadyExists and says of what',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a')]);
        const status = await mustRefuse(api.request('POST', path, { body: secret('a') }), 409, 'AlreadyExists');
        assert.equal(readText(status, ['message']), 'secrets "a" already exists');
        assert.deepEqual(readPath(status, ['details']), { name: 'a', kind: 'secrets' });
      }),
  },
  {
    name: 'bad or missing names answer 422 Invalid with the field in a cause',
    run: (api) =>
      withSecrets(api, async (path) => {
        const bad = await mustRefuse(api.request('POST', path, { body: secret('Bad_Name') }), 422, 'Invalid');
        assert.deepEqual(causesOf(bad), ['FieldValueInvalid metadata.name']);
        assert.equal(readText(bad, ['details', 'kind']), 'Secret');
        const none = await mustRefuse(
          api.request('POST', path, { body: { ...secret(''), metadata: {} } }),
          422,
          'Invalid',
        );
        assert.deepEqual(causesOf(none), ['FieldValueRequired metadata.name']);
        const label = await mustRefuse(api.request('POST', path, { body: secret('a', { x: '-' }) }), 422, 'Invalid');
        assert.deepEqual(causesOf(label), ['FieldValueInvalid metadata.labels']);
      }),
  },
  {
    name: 'a creation in a namespace that is not there answers 404, in another one than its own 400',
    run: (api) =>
      withSecrets(api, async (path) => {
        const nowhere = `/api/v1/namespaces/${uniqueName('none')}/secrets`;
        await mustRefuse(api.request('POST', nowhere, { body: secret('a') }), 404, 'NotFound');
        const elsewhere = edit(secret('a'), { namespace: 'kube-system' });
        await mustRefuse(api.request('POST', path, { body: elsewhere }), 400, 'BadRequest');
      }),
  },
];

const updates: readonly ConformanceCase[] = [
  {
    name: 'an update with a stale resourceVersion answers 409 Conflict, without one it overwrites',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        await must(mergePatch(api, `${path}/a`, { metadata: { labels: { x: '1' } } }));
        const status = await mustRefuse(api.request('PUT', `${path}/a`, { body: made }), 409, 'Conflict');
        assert.match(
          readText(status, ['message']),
          /^Operation cannot be fulfilled on secrets "a": the object has been modified/,
        );
        const body = edit(secret('a'), { labels: { x: '2' } });
        const updated = await must(api.request('PUT', `${path}/a`, { body }));
        assert.equal(readText(updated, ['metadata', 'labels', 'x']), '2');
        assert.equal(readText(updated, ['metadata', 'uid']), readText(made, ['metadata', 'uid']));
      }),
  },
  {
    name: 'an update that changes nothing makes no new version',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        const updated = await must(api.request('PUT', `${path}/a`, { body: made }));
        const patched = await must(mergePatch(api, `${path}/a`, { data: { key: 'dmFsdWU=' } }));
        assert.deepEqual([versionOf(updated), versionOf(patched)], [versionOf(made), versionOf(made)]);
      }),
  },
  {
    name: 'an update of another name answers 400, of an absent object 404, of another uid 409',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        await mustRefuse(api.request('PUT', `${path}/a`, { body: secret('b') }), 400, 'BadRequest');
        await mustRefuse(api.request('PUT', `${path}/b`, { body: secret('b') }), 404, 'NotFound');
        const other = edit(made ?? null, { uid: '00000000-0000-4000-8000-000000000000' });
        await mustRefuse(api.request('PUT', `${path}/a`, { body: other }), 409, 'Conflict');
      }),
  },
  {
    name: 'managedFields name the fieldManager, else the first word of the User-Agent',
    run: (api) =>
      withSecrets(api, async (path) => {
        const headers = { 'user-agent': 'roll-agent/1.0 (test)' };
        const made = await must(api.request('POST', path, { body: secret('a'), headers }), 201);
        assert.deepEqual(managers(made), ['roll-agent']);
        const patched = await must(
          mergePatch(api, `${path}/a?fieldManager=labeller`, { metadata: { labels: { x: '1' } } }),
        );
        assert.deepEqual([...managers(patched)].sort(), ['labeller', 'roll-agent']);
        const entry = readList(patched, ['metadata', 'managedFields']).find(
          (row) => readText(row, ['manager']) === 'labeller',
        );
        assert.deepEqual(readPath(entry, ['fieldsV1', 'f:metadata', 'f:labels', 'f:x']), {});
        assert.equal(readText(entry, ['operation']), 'Update');
      }),
  },
];

const deletions: readonly ConformanceCase[] = [
  {
    name: 'a deletion answers with a Status that names what is gone',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        const status = await must(api.request('DELETE', `${path}/a`));
        assert.equal(readText(status, ['status']), 'Success');
        const details = { name: 'a', kind: 'secrets', uid: readText(made, ['metadata', 'uid']) };
        assert.deepEqual(readPath(status, ['details']), details);
        await mustRefuse(api.request('DELETE', `${path}/a`), 404, 'NotFound');
      }),
  },
  {
    name: 'a precondition on another uid answers 409',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a')]);
        const body = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
        await mustRefuse(api.request('DELETE', `${path}/a`, { body }), 409, 'Conflict');
        await must(api.request('GET', `${path}/a`));
      }),
  },
  {
    name: 'finalizers hold a deleted object until the last one is taken away; none may be added meanwhile',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [edit(secret('a'), { finalizers: ['example.com/hold'] })]);
        const marked = await must(api.request('DELETE', `${path}/a`));
        assert.match(readText(marked, ['metadata', 'deletionTimestamp']), /Z$/);
        const more = { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } };
        const status = await mustRefuse(mergePatch(api, `${path}/a`, more), 422, 'Invalid');
        assert.deepEqual(causesOf(status), ['FieldValueForbidden metadata.finalizers']);
        await must(mergePatch(api, `${path}/a`, { metadata: { finalizers: null } }));
        await mustRefuse(api.request('GET', `${path}/a`), 404, 'NotFound');
      }),
  },
  {
    name: 'a pod that is bound waits for its grace period and goes at once with grace 0',
    run: (api) =>
      withSecrets(api, async (_, namespace) => {
        const path = `/api/v1/namespaces/${namespace}/pods`;
        const made = await createPod(api, namespace, { name: 'a', nodeName: uniqueName('no-such-node') });
        assert.equal(readText(made, ['status', 'phase']), 'Pending');
        const marked = await must(api.request('DELETE', `${path}/a`));
        assert.equal(readPath(marked, ['metadata', 'deletionGracePeriodSeconds']), 30);
        const seen = await must(api.request('GET', `${path}/a`));
        assert.equal(
          readText(seen, ['metadata', 'deletionTimestamp']),
          readText(marked, ['metadata', 'deletionTimestamp']),
        );
        await must(api.request('DELETE', `${path}/a?gracePeriodSeconds=0`));
        await mustRefuse(api.request('GET', `${path}/a`), 404, 'NotFound');
      }),
  },
];

/** The cases about writes. */
export const writeCases: readonly ConformanceCase[] = [...creations, ...updates, ...deletions];
