/** Conformance of content types: protobuf for what is built in, in lists, watches and refusals; JSON for custom resources. */
import assert from 'node:assert/strict';
import { isJsonArray, isJsonObject, readPath, readText, type Json } from '../objects/json.ts';
import { PROTOBUF } from '../protobuf/frame.ts';
import type { ApiAnswer, ApiUnderTest } from './api-under-test.ts';
import {
  createPod,
  createSecrets,
  describe,
  must,
  mustRefuse,
  namesOf,
  secret,
  take,
  versionOf,
  watching,
  withSecrets,
  type ConformanceCase,
} from './fixtures.ts';
import { createWidgets } from './widgets.ts';

const BOTH = `${PROTOBUF}, application/json`;
const STREAMING = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

function ask(api: ApiUnderTest, path: string, accept: string): Promise<ApiAnswer> {
  return api.request('GET', path, { headers: { accept } });
}

function inProtobuf(api: ApiUnderTest, accept = `${PROTOBUF};stream=watch`): ApiUnderTest {
  return { ...api, watch: (path) => api.watch(path, accept) };
}

/** Without what Go writes in protobuf and leaves out in JSON, or writes in neither: zeros, empty texts, lists and objects. */
function withoutZeros(value: Json): Json | undefined {
  if (isJsonArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutZeros(item) ?? null);
  if (!isJsonObject(value)) return [null, '', 0, false].includes(value as null) ? undefined : value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const kept = withoutZeros(member ?? null);
    return kept === undefined ? [] : [[key, kept]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function assertSame(inProtobuf: Json, inJson: Json): void {
  assert.deepEqual(withoutZeros(inProtobuf), withoutZeros(inJson));
}

/** The cases about encodings. */
export const encodingCases: readonly ConformanceCase[] = [
  {
    name: 'an object and a list are the same in protobuf, items of the list without kind',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createPod(api, path.split('/')[4] ?? '', { name: 'a', nodeName: 'nobody' });
        await createSecrets(api, path, [secret('a', { on: 'yes' }), secret('b')]);
        for (const found of [
          `${path}/a`,
          path,
          path.replace('secrets', 'pods'),
          `${path.replace('secrets', 'pods')}/a`,
        ]) {
          const [inJson, inProto] = [await ask(api, found, 'application/json'), await ask(api, found, PROTOBUF)];
          assert.deepEqual([inProto.status, inProto.headers['content-type']], [200, PROTOBUF]);
          assertSame(inProto.body, inJson.body);
        }
      }),
  },
  {
    name: 'the first encoding of the Accept header by its weight is answered',
    run: async (api) => {
      const cases = [
        [BOTH, PROTOBUF],
        [`application/json, ${PROTOBUF}`, 'application/json'],
        [`${PROTOBUF};q=0.5, application/json`, 'application/json'],
        [`application/json;q=0.4, ${PROTOBUF};q=0.5`, PROTOBUF],
        [`text/nonsense, ${PROTOBUF}, */*`, PROTOBUF],
        ['*/*', 'application/json'],
      ] as const;
      for (const [accept, type] of cases) {
        assert.equal((await ask(api, '/api/v1/namespaces', accept)).headers['content-type'], type, accept);
      }
    },
  },
  {
    name: 'pages in protobuf continue like those in JSON',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a'), secret('b'), secret('c')]);
        const first = await must(ask(api, `${path}?limit=2`, PROTOBUF));
        assert.deepEqual([namesOf(first), readPath(first, ['metadata', 'remainingItemCount'])], [['a', 'b'], 1]);
        const token = readText(first, ['metadata', 'continue']);
        const second = await must(ask(api, `${path}?limit=2&continue=${token}`, PROTOBUF));
        assert.deepEqual([namesOf(second), versionOf(second)], [['c'], versionOf(first)]);
        assert.equal(readText(second, ['metadata', 'continue']), '');
      }),
  },
  {
    name: 'a streaming list in protobuf is framed by length, its end marked by a bookmark, and goes on with changes',
    run: (api) =>
      withSecrets(api, async (path) => {
        const made = await createSecrets(api, path, [secret('a'), secret('b')]);
        for (const accept of [`${PROTOBUF};stream=watch`, PROTOBUF, BOTH]) {
          await watching(inProtobuf(api, accept), `${path}?${STREAMING}`, async (watch) => {
            assert.equal(watch.contentType, `${PROTOBUF};stream=watch`);
            const events = await take(watch, 3, { bookmarks: true });
            assert.deepEqual(events.map(describe).toSorted(), ['ADDED a', 'ADDED b', 'BOOKMARK']);
            assertSame(events.find((event) => describe(event) === 'ADDED a')?.object ?? null, made[0] ?? null);
            const end = events[2]?.object ?? null;
            assert.deepEqual([readText(end, ['kind']), readText(end, ['apiVersion'])], ['Secret', 'v1']);
            assert.equal(readText(end, ['metadata', 'annotations', 'k8s.io/initial-events-end']), 'true');
            await must(api.request('DELETE', `${path}/b`));
            assert.deepEqual((await take(watch, 1)).map(describe), ['DELETED b']);
            await createSecrets(api, path, [secret('b')]);
          });
        }
      }),
  },
  {
    name: 'a refusal is a Status in protobuf when that is asked for',
    run: async (api) => {
      const path = '/api/v1/nodes/nobody-at-all';
      const inProto = await ask(api, path, BOTH);
      assert.deepEqual([inProto.status, inProto.headers['content-type']], [404, PROTOBUF]);
      assertSame(inProto.body, (await ask(api, path, 'application/json')).body);
      const invalid = await ask(api, '/api/v1/nodes?labelSelector=%21%21', PROTOBUF);
      assert.deepEqual([invalid.status, readText(invalid.body, ['kind'])], [400, 'Status']);
    },
  },
  {
    name: 'a watch in protobuf from before the history has an ERROR event with a Status in protobuf',
    compact: true,
    run: (api) =>
      withSecrets(api, async (path) => {
        const [first] = await createSecrets(api, path, [secret('a'), secret('b')]);
        await api.compact?.();
        await watching(inProtobuf(api), `${path}?watch=1&resourceVersion=${versionOf(first)}`, async (watch) => {
          const [event] = await take(watch, 1);
          const { type, object = null } = event ?? {};
          assert.deepEqual(
            [type, readText(object, ['kind']), readPath(object, ['code']), readText(object, ['reason'])],
            ['ERROR', 'Status', 410, 'Expired'],
          );
        });
      }),
  },
  {
    name: 'a custom resource is never in protobuf: JSON if that will do, else 406',
    run: (api) =>
      createWidgets(api, async (path) => {
        await mustRefuse(ask(api, path, PROTOBUF), 406, 'NotAcceptable');
        assert.equal((await ask(api, path, BOTH)).headers['content-type'], 'application/json');
        await watching(
          inProtobuf(api, `${PROTOBUF};stream=watch, application/json`),
          `${path}?watch=1`,
          async (watch) => {
            assert.equal(watch.contentType, 'application/json');
            await Promise.resolve();
          },
        );
      }),
  },
];
