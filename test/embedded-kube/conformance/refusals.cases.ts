/** Conformance of discovery, health, content negotiation and of what is not there. */
import assert from 'node:assert/strict';
import { readList, readPath, readText } from '../objects/json.ts';
import { must, mustRefuse, uniqueName, withSecrets, type ConformanceCase } from './fixtures.ts';

/** The cases about requests beside the verbs. */
export const refusalCases: readonly ConformanceCase[] = [
  {
    name: 'an absent object answers 404 with a Status that names it',
    run: async (api) => {
      const name = uniqueName('none');
      const status = await mustRefuse(api.request('GET', `/api/v1/nodes/${name}`), 404, 'NotFound');
      assert.equal(readText(status, ['message']), `nodes "${name}" not found`);
      assert.deepEqual(readPath(status, ['details']), { name, kind: 'nodes' });
      const path = `/apis/apps/v1/namespaces/default/daemonsets/${name}`;
      const grouped = await mustRefuse(api.request('GET', path), 404, 'NotFound');
      assert.equal(readText(grouped, ['message']), `daemonsets.apps "${name}" not found`);
      assert.deepEqual(readPath(grouped, ['details']), { name, group: 'apps', kind: 'daemonsets' });
    },
  },
  {
    name: 'a path that nothing serves answers 404',
    run: async (api) => {
      for (const path of ['/apis/nobody.example.com/v1/things', '/nothing']) {
        assert.equal(await must(api.request('GET', path), 404), '404 page not found\n', path);
      }
      for (const path of ['/apis/apps/v1/things', '/api/v1/things', '/api/v1/namespaces/default/nodes']) {
        const status = await mustRefuse(api.request('GET', path), 404, 'NotFound');
        assert.equal(readText(status, ['message']), 'the server could not find the requested resource');
      }
    },
  },
  {
    name: 'health and version',
    run: async (api) => {
      for (const path of ['/healthz', '/livez', '/readyz']) {
        assert.deepEqual(await must(api.request('GET', path)), 'ok');
      }
      const version = await must(api.request('GET', '/version'));
      assert.deepEqual([readText(version, ['major']), readText(version, ['minor'])], ['1', '36']);
    },
  },
  {
    name: 'discovery names groups, versions and resources',
    run: async (api) => {
      assert.deepEqual(readList(await must(api.request('GET', '/api')), ['versions']), ['v1']);
      const groups = readList(await must(api.request('GET', '/apis')), ['groups']).map((row) =>
        readText(row, ['name']),
      );
      for (const group of ['apps', 'apiextensions.k8s.io', 'coordination.k8s.io'])
        assert.ok(groups.includes(group), group);
      const apps = await must(api.request('GET', '/apis/apps'));
      assert.equal(readText(apps, ['preferredVersion', 'groupVersion']), 'apps/v1');
      const list = await must(api.request('GET', '/apis/apps/v1'));
      assert.equal(readText(list, ['groupVersion']), 'apps/v1');
      const entry = readList(list, ['resources']).find((row) => readText(row, ['name']) === 'daemonsets');
      assert.deepEqual([readText(entry, ['kind']), readPath(entry, ['namespaced'])], ['DaemonSet', true]);
      for (const verb of ['get', 'list', 'watch', 'patch']) assert.ok(readList(entry, ['verbs']).includes(verb), verb);
    },
  },
  {
    name: 'an Accept that nothing meets answers 406, one with JSON among others JSON',
    run: async (api) => {
      const headers = { accept: 'text/nonsense' };
      await mustRefuse(api.request('GET', '/api/v1/nodes', { headers }), 406, 'NotAcceptable');
      for (const accept of ['*/*', 'application/json', 'text/nonsense, application/json;q=0.5']) {
        const answer = await api.request('GET', '/api/v1/namespaces', { headers: { accept } });
        assert.deepEqual([answer.status, readText(answer.body, ['kind'])], [200, 'NamespaceList'], accept);
      }
    },
  },
  {
    name: 'a body of another type answers 415, one that is not JSON 400, of another kind 400',
    run: (api) =>
      withSecrets(api, async (path) => {
        const headers = { 'content-type': 'text/plain' };
        await mustRefuse(api.request('POST', path, { body: {}, headers }), 415, 'UnsupportedMediaType');
        await mustRefuse(api.request('POST', path, { body: 'text' }), 400, 'BadRequest');
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
        await mustRefuse(api.request('POST', path, { body: pod }), 400, 'BadRequest');
      }),
  },
  {
    name: 'a method that a resource does not offer answers 405',
    run: async (api) => {
      const answer = await api.request('POST', '/api/v1/secrets', { body: { metadata: { name: 'a' } } });
      assert.equal(answer.status, 405);
      assert.equal((await api.request('PUT', '/api/v1/nodes', { body: {} })).status, 405);
    },
  },
];
