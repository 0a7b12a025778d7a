/** Conformance of lists: order, pages, selectors, resource versions. */
import assert from 'node:assert/strict';
import { readList, readPath, readText, type Json } from '../objects/json.ts';
import {
  createPod,
  createSecrets,
  must,
  mustRefuse,
  nameOf,
  namesOf,
  secret,
  uniqueName,
  versionOf,
  withSecrets,
  type ConformanceCase,
} from './fixtures.ts';

const token = (list: Json): string => readText(list, ['metadata', 'continue']);

const LABEL_SELECTORS: readonly (readonly [string, readonly string[]])[] = [
  ['app=web', ['a', 'b']],
  ['app==web,tier=front', ['a']],
  ['app!=web', ['c', 'd']],
  ['tier in (front,back)', ['a', 'b']],
  ['tier notin (front)', ['b', 'c', 'd']],
  ['tier', ['a', 'b']],
  ['!tier', ['c', 'd']],
  ['app,!tier', ['c']],
  ['size>2', ['c']],
  ['size<2', []],
  ['app in (web, db),tier!=front', ['b', 'c']],
];

/** The cases about lists. */
export const listCases: readonly ConformanceCase[] = [
  {
    name: 'lists a namespace in the order of names, at a resourceVersion not older than its objects',
    run: (api) =>
      withSecrets(api, async (path) => {
        const made = await createSecrets(api, path, [secret('b'), secret('a'), secret('a-1'), secret('c')]);
        const list = await must(api.request('GET', path));
        assert.deepEqual(namesOf(list), ['a', 'a-1', 'b', 'c']);
        assert.equal(readText(list, ['kind']), 'SecretList');
        assert.ok(Number(versionOf(list)) >= Number(versionOf(made.at(-1))));
        assert.equal(
          readPath(readList(list, ['items'])[0], ['kind']),
          undefined,
          'items of built-in lists have no kind',
        );
      }),
  },
  {
    name: 'lists all namespaces at once',
    run: (api) =>
      withSecrets(api, (first) =>
        withSecrets(api, async (second) => {
          const name = uniqueName('everywhere');
          await createSecrets(api, first, [secret(name)]);
          await createSecrets(api, second, [secret(name)]);
          const list = await must(api.request('GET', `/api/v1/secrets?fieldSelector=metadata.name%3D${name}`));
          assert.deepEqual(namesOf(list), [name, name]);
        }),
      ),
  },
  {
    name: 'pages with limit and continue show one consistent state',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(
          api,
          path,
          ['a', 'b', 'c', 'd', 'e'].map((name) => secret(name)),
        );
        const first = await must(api.request('GET', `${path}?limit=2`));
        assert.deepEqual(namesOf(first), ['a', 'b']);
        assert.equal(readPath(first, ['metadata', 'remainingItemCount']), 3);
        await createSecrets(api, path, [secret('bb')]);
        await must(api.request('DELETE', `${path}/e`));
        const second = await must(api.request('GET', `${path}?limit=2&continue=${token(first)}`));
        const third = await must(api.request('GET', `${path}?limit=2&continue=${token(second)}`));
        assert.deepEqual([...namesOf(second), ...namesOf(third)], ['c', 'd', 'e']);
        assert.deepEqual([versionOf(second), versionOf(third)], [versionOf(first), versionOf(first)]);
        assert.equal(token(third), '');
      }),
  },
  {
    name: 'a limit that covers everything gives no continue token',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a'), secret('b')]);
        const list = await must(api.request('GET', `${path}?limit=2`));
        assert.deepEqual([namesOf(list), token(list)], [['a', 'b'], '']);
      }),
  },
  {
    name: 'a continue token from before a compaction answers 410 Expired and offers one that goes on',
    compact: true,
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(
          api,
          path,
          ['a', 'b', 'c'].map((name) => secret(name)),
        );
        const first = await must(api.request('GET', `${path}?limit=1`));
        await createSecrets(api, path, [secret('bb')]);
        await api.compact?.();
        const refusal = await mustRefuse(api.request('GET', `${path}?continue=${token(first)}`), 410, 'Expired');
        const rest = await must(api.request('GET', `${path}?continue=${token(refusal)}`));
        assert.deepEqual(namesOf(rest), ['b', 'bb', 'c']);
      }),
  },
  {
    name: 'resourceVersionMatch=Exact shows the state of that version',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [, second] = await createSecrets(api, path, [secret('a'), secret('b')]);
        await createSecrets(api, path, [secret('c')]);
        await must(api.request('DELETE', `${path}/a`));
        const query = `resourceVersion=${versionOf(second)}&resourceVersionMatch=Exact`;
        const list = await must(api.request('GET', `${path}?${query}`));
        assert.deepEqual([namesOf(list), versionOf(list)], [['a', 'b'], versionOf(second)]);
      }),
  },
  {
    name: 'a resourceVersion from the future answers 504 Timeout with the cause ResourceVersionTooLarge',
    run: (api) =>
      withSecrets(api, async (path) => {
        const status = await mustRefuse(api.request('GET', `${path}?resourceVersion=999999999`), 504, 'Timeout');
        assert.equal(readText(readList(status, ['details', 'causes'])[0], ['reason']), 'ResourceVersionTooLarge');
      }),
  },
  {
    name: 'resourceVersionMatch is refused with 422 without resourceVersion, with continue, and for unknown words',
    run: (api) =>
      withSecrets(api, async (path) => {
        for (const query of ['resourceVersionMatch=Exact', 'resourceVersionMatch=Nearly&resourceVersion=5']) {
          await mustRefuse(api.request('GET', `${path}?${query}`), 422, 'Invalid');
        }
        await mustRefuse(api.request('GET', `${path}?continue=nonsense`), 400, 'BadRequest');
        await mustRefuse(api.request('GET', `${path}?resourceVersion=abc`), 400, 'BadRequest');
      }),
  },
  {
    name: 'label selectors: =, ==, !=, in, notin, exists, !, > and <',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [
          secret('a', { app: 'web', tier: 'front' }),
          secret('b', { app: 'web', tier: 'back' }),
          secret('c', { app: 'db', size: '3' }),
          secret('d'),
        ]);
        for (const [selector, names] of LABEL_SELECTORS) {
          const list = await must(api.request('GET', `${path}?labelSelector=${encodeURIComponent(selector)}`));
          assert.deepEqual(namesOf(list), names, selector);
        }
        const bad = api.request('GET', `${path}?labelSelector=${encodeURIComponent('app in (web')}`);
        await mustRefuse(bad, 400, 'BadRequest');
      }),
  },
  {
    name: 'field selectors on metadata.name, on an event’s involvedObject, and none on unknown fields',
    run: (api) =>
      withSecrets(api, async (path, namespace) => {
        await createSecrets(api, path, [secret('a'), secret('b')]);
        const others = await must(api.request('GET', `${path}?fieldSelector=metadata.name!%3Da`));
        assert.deepEqual(namesOf(others), ['b']);
        await mustRefuse(api.request('GET', `${path}?fieldSelector=spec.color%3Dred`), 400, 'BadRequest');
        const events = `/api/v1/namespaces/${namespace}/events`;
        for (const name of ['one', 'two']) {
          const involvedObject = { kind: 'Pod', name, namespace };
          await must(
            api.request('POST', events, { body: { metadata: { name }, involvedObject, reason: 'Testing' } }),
            201,
          );
        }
        const found = await must(
          api.request('GET', `${events}?fieldSelector=involvedObject.name%3Dtwo,reason%3DTesting`),
        );
        assert.deepEqual(namesOf(found), ['two']);
      }),
  },
  {
    name: 'field selectors on a pod’s spec.nodeName and status.phase',
    run: (api) =>
      withSecrets(api, async (_, namespace) => {
        const pods = `/api/v1/namespaces/${namespace}/pods`;
        const node = uniqueName('no-such-node');
        await createPod(api, namespace, { name: 'here', nodeName: node });
        await createPod(api, namespace, { name: 'there', nodeName: `${node}-2` });
        const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${node},status.phase=Pending`)}`;
        const list = await must(api.request('GET', `${pods}?${query}`));
        assert.deepEqual(readList(list, ['items']).map(nameOf), ['here']);
        for (const name of ['here', 'there']) await api.request('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
      }),
  },
];
