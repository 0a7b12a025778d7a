/** Conformance of watches: order, resumption, selectors, bookmarks, streaming lists. */
import assert from 'node:assert/strict';
import { readPath, readText } from '../objects/json.ts';
import { createWidgets } from './widgets.ts';
import {
  createSecrets,
  describe,
  mergePatch,
  must,
  mustRefuse,
  secret,
  take,
  versionOf,
  watching,
  withSecrets,
  type ConformanceCase,
} from './fixtures.ts';

const STREAMING = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

/** The cases about watches. */
export const watchCases: readonly ConformanceCase[] = [
  {
    name: 'a watch from a list’s resourceVersion sends later changes in order, a deletion with a version of its own',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('old')]);
        const start = versionOf(await must(api.request('GET', path)));
        await watching(api, `${path}?watch=1&resourceVersion=${start}`, async (watch) => {
          await createSecrets(api, path, [secret('a')]);
          await must(mergePatch(api, `${path}/a`, { metadata: { labels: { x: 'y' } } }));
          await must(api.request('DELETE', `${path}/a`));
          const events = await take(watch, 3);
          assert.deepEqual(events.map(describe), ['ADDED a', 'MODIFIED a', 'DELETED a']);
          const versions = events.map(({ object }) => Number(versionOf(object)));
          assert.deepEqual(
            versions,
            versions.toSorted((left, right) => left - right),
          );
          assert.equal(new Set(versions).size, 3);
          assert.equal(readText(events[2]?.object, ['metadata', 'labels', 'x']), 'y', 'the last state comes along');
          assert.equal(readText(events[0]?.object, ['kind']), 'Secret', 'events carry the kind');
        });
      }),
  },
  {
    name: 'a watch resumes after the resourceVersion of an event that was seen',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [, second] = await createSecrets(api, path, [secret('a'), secret('b'), secret('c')]);
        await must(api.request('DELETE', `${path}/a`));
        await watching(api, `${path}?watch=1&resourceVersion=${versionOf(second)}`, async (watch) => {
          assert.deepEqual((await take(watch, 2)).map(describe), ['ADDED c', 'DELETED a']);
        });
      }),
  },
  {
    name: 'a watch without resourceVersion begins with the objects that are there',
    run: (api) =>
      withSecrets(api, async (path) => {
        await createSecrets(api, path, [secret('a'), secret('b')]);
        for (const query of ['watch=1', 'watch=true&resourceVersion=0']) {
          await watching(api, `${path}?${query}`, async (watch) => {
            assert.deepEqual((await take(watch, 2)).map(describe).sort(), ['ADDED a', 'ADDED b']);
          });
        }
      }),
  },
  {
    name: 'an object that enters a label selector is ADDED, one that leaves it DELETED',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a', { on: 'no' })]);
        const query = `watch=1&labelSelector=on%3Dyes&resourceVersion=${versionOf(made)}`;
        await watching(api, `${path}?${query}`, async (watch) => {
          await must(mergePatch(api, `${path}/a`, { metadata: { labels: { on: 'yes' } } }));
          await must(mergePatch(api, `${path}/a`, { metadata: { annotations: { n: '1' } } }));
          const left = await must(mergePatch(api, `${path}/a`, { metadata: { labels: { on: null } } }));
          const events = await take(watch, 3);
          assert.deepEqual(events.map(describe), ['ADDED a', 'MODIFIED a', 'DELETED a']);
          assert.equal(readText(events[2]?.object, ['metadata', 'labels', 'on']), 'yes', 'the state before it left');
          assert.equal(versionOf(events[2]?.object), versionOf(left), 'the version of the change that made it leave');
        });
      }),
  },
  {
    name: 'a watch with a field selector sees one object only',
    run: (api) =>
      withSecrets(api, async (path) => {
        const start = versionOf(await must(api.request('GET', path)));
        const query = `watch=1&fieldSelector=metadata.name%3Db&resourceVersion=${start}`;
        await watching(api, `${path}?${query}`, async (watch) => {
          await createSecrets(api, path, [secret('a'), secret('b')]);
          await must(mergePatch(api, `${path}/b`, { metadata: { labels: { x: 'y' } } }));
          assert.deepEqual((await take(watch, 2)).map(describe), ['ADDED b', 'MODIFIED b']);
        });
      }),
  },
  {
    name: 'bookmarks come on a quiet watch and carry kind and resourceVersion',
    run: (api) =>
      withSecrets(api, async (path) => {
        const [made] = await createSecrets(api, path, [secret('a')]);
        const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=4&resourceVersion=${versionOf(made)}`;
        await watching(api, `${path}?${query}`, async (watch) => {
          const [bookmark] = await take(watch, 1, { bookmarks: true });
          assert.equal(bookmark?.type, 'BOOKMARK');
          assert.equal(readText(bookmark?.object, ['kind']), 'Secret');
          assert.ok(Number(versionOf(bookmark?.object)) >= Number(versionOf(made)));
          assert.equal(readPath(bookmark?.object, ['metadata', 'annotations']), undefined);
        });
      }),
  },
  {
    name: 'timeoutSeconds ends a watch in good order',
    run: (api) =>
      withSecrets(api, async (path) => {
        const start = versionOf(await must(api.request('GET', path)));
        const query = `watch=1&timeoutSeconds=1&resourceVersion=${start}`;
        await watching(api, `${path}?${query}`, async (watch) => {
          assert.equal((await watch.next()).done, true);
        });
      }),
  },
  {
    name: 'a streaming list sends everything, a bookmark that marks its end, then changes',
    run: (api) =>
      withSecrets(api, async (path) => {
        const made = await createSecrets(api, path, [secret('a'), secret('b')]);
        await watching(api, `${path}?${STREAMING}`, async (watch) => {
          const events = await take(watch, 3, { bookmarks: true });
          assert.deepEqual(
            events.map(({ type }) => type),
            ['ADDED', 'ADDED', 'BOOKMARK'],
          );
          const end = events[2]?.object;
          assert.equal(readText(end, ['metadata', 'annotations', 'k8s.io/initial-events-end']), 'true');
          assert.ok(Number(versionOf(end)) >= Number(versionOf(made.at(-1))));
          await createSecrets(api, path, [secret('c')]);
          assert.deepEqual((await take(watch, 1)).map(describe), ['ADDED c']);
        });
      }),
  },
  {
    name: 'a streaming list of nothing is the bookmark alone',
    run: (api) =>
      withSecrets(api, (path) =>
        watching(api, `${path}?${STREAMING}&labelSelector=no%3Dbody`, async (watch) => {
          const [first] = await take(watch, 1, { bookmarks: true });
          assert.equal(readText(first?.object, ['metadata', 'annotations', 'k8s.io/initial-events-end']), 'true');
        }),
      ),
  },
  {
    name: 'sendInitialEvents is refused with 422 without resourceVersionMatch=NotOlderThan, and for a list',
    run: (api) =>
      withSecrets(api, async (path) => {
        await mustRefuse(api.request('GET', `${path}?watch=1&sendInitialEvents=true`), 422, 'Invalid');
        await mustRefuse(api.request('GET', `${path}?watch=1&resourceVersionMatch=NotOlderThan`), 422, 'Invalid');
        const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1';
        await mustRefuse(api.request('GET', `${path}?${query}`), 422, 'Invalid');
      }),
  },
  {
    name: 'a watch from before the history is answered 200 with an ERROR event 410 Expired, and ends',
    run: (api) =>
      createWidgets(api, async (path) => {
        await watching(api, `${path}?watch=1&resourceVersion=1`, async (watch) => {
          const [event] = await take(watch, 1);
          assert.equal(event?.type, 'ERROR');
          assert.equal(readText(event?.object, ['kind']), 'Status');
          assert.equal(readPath(event?.object, ['code']), 410);
          assert.equal(readText(event?.object, ['reason']), 'Expired');
          assert.equal((await watch.next()).done, true);
        });
      }),
  },
  {
    name: 'after a compaction a watch from an older version is told 410 and one from now goes on',
    compact: true,
    run: (api) =>
      withSecrets(api, async (path) => {
        const [first] = await createSecrets(api, path, [secret('a'), secret('b')]);
        await api.compact?.();
        await watching(api, `${path}?watch=1&resourceVersion=${versionOf(first)}`, async (watch) => {
          assert.equal(readPath((await take(watch, 1))[0]?.object, ['code']), 410);
        });
        const now = versionOf(await must(api.request('GET', path)));
        await watching(api, `${path}?watch=1&resourceVersion=${now}`, async (watch) => {
          await createSecrets(api, path, [secret('c')]);
          assert.deepEqual((await take(watch, 1)).map(describe), ['ADDED c']);
        });
      }),
  },
];
