import { afterEach, expect, test } from 'vitest';
import { until, untilInTime } from '../test-time.ts';
import { daemonManifest, define, startTestLayers, type TestLayers } from './test-layers.ts';

let it: TestLayers;

afterEach(() => it.stop());

const DAEMONS = 'daemons.core.riptides.io';
const of = (name: string) => ({ kind: 'Daemon', name, namespace: 'riptides-system' });

test('nothing is asked of any server until a policy needs it, and nothing after', async () => {
  it = await startTestLayers();
  define(it.own);
  define(it.other);
  it.other.kube.store.apply(daemonManifest('a'));
  it.need({});
  expect([it.own.kube.openWatches(), it.other.kube.openWatches(), it.told]).toEqual([0, 0, []]);
  it.need({ daemons: ['other'] });
  await it.hears('daemons/other live');
  expect([it.own.kube.openWatches(), it.other.kube.openWatches()]).toEqual([0, 1]);
  it.need({ daemons: ['local'], heartbeats: true });
  await it.hears('daemons/local live');
  await it.hears('plexdnodestates live');
  await until(() => it.other.kube.openWatches() === 0, 'the watch of the other source to be closed');
  expect(it.told.filter((line) => line.startsWith('daemons/other'))).toEqual([
    'daemons/other +a',
    'daemons/other live',
    'daemons/other gone',
    'daemons/other -a',
  ]);
  expect(it.layers.watches().map(({ id }) => id)).toEqual(['plexdnodestates', 'daemons/local']);
  it.need({});
  await until(() => it.own.kube.openWatches() === 0, 'all watches to be closed');
  expect(it.told.slice(-2)).toEqual(['plexdnodestates gone', 'daemons/local gone']);
});

test('a source that nobody defined is not watched, and has no state', async () => {
  it = await startTestLayers();
  it.need({ daemons: ['nowhere'] });
  expect([it.layers.watches(), it.layers.sourceState('nowhere'), it.told]).toEqual([[], undefined, []]);
});

test('a Daemon outside of the scope is never told of, and one that leaves it is gone at once', async () => {
  it = await startTestLayers({
    workloadIdPrefix: 'riptides/daemon/1/',
    labelSelector: 'env in (prod,stage)',
    metadata: [{ name: 'awsiid:region', value: 'eu' }],
  });
  define(it.other);
  const { store } = it.other.kube;
  const inside = { labels: { env: 'prod' }, workloadID: 'riptides/daemon/1/i-1' };
  store.apply(daemonManifest('inside', inside));
  store.apply(daemonManifest('other-label', { ...inside, labels: { env: 'test' } }));
  store.apply(daemonManifest('other-account', { ...inside, workloadID: 'riptides/daemon/10/i-1' }));
  store.apply(daemonManifest('other-region', { ...inside, region: 'us' }));
  it.need({ daemons: ['other'] });
  await it.hears('daemons/other live');
  expect(it.told).toEqual(['daemons/other +inside', 'daemons/other live']);
  store.apply(daemonManifest('inside', { ...inside, region: 'us' }));
  await until(() => it.told.length === 3, 'the end');
  store.apply(daemonManifest('inside', inside));
  await until(() => it.told.length === 4, 'the return');
  expect(it.told.slice(2)).toEqual(['daemons/other -inside', 'daemons/other +inside']);
});

test('a kind that comes later is seen once it is there', async () => {
  it = await startTestLayers();
  it.need({ daemons: ['local'] });
  await untilInTime(it.time, () => it.layers.sourceState('local')?.blocked === 'absent', 'absence');
  expect(it.told).toEqual([]);
  define(it.own);
  it.own.kube.store.apply(daemonManifest('a'));
  await it.hears('daemons/local live');
  expect(it.told).toEqual(['daemons/local +a', 'daemons/local live']);
});

test('when the kind goes its source is stale at once, and no Daemon is missed by it; when it returns, the list decides', async () => {
  it = await startTestLayers();
  define(it.own);
  const { store } = it.own.kube;
  for (const name of ['a', 'b']) store.apply(daemonManifest(name));
  it.need({ daemons: ['local'] });
  await it.hears('daemons/local live');
  // As the real one does: first every object, then the kind.
  for (const name of ['a', 'b']) store.delete(of(name));
  it.own.delete('CustomResourceDefinition', DAEMONS);
  const start = it.time.monoMs();
  await it.hears('daemons/local stale');
  expect(it.time.monoMs() - start).toBeLessThan(5_000);
  expect(it.told.slice(3)).toEqual(['daemons/local stale']);
  it.time.advance(120_000);
  define(it.own);
  store.apply(daemonManifest('b'));
  await it.hears('daemons/local live');
  expect(it.told.slice(4)).toEqual(['daemons/local +b', 'daemons/local -a', 'daemons/local -b', 'daemons/local live']);
});

test('a Daemon that is removed counts for 10 s more, or until another is made', async () => {
  it = await startTestLayers();
  define(it.own);
  const { store } = it.own.kube;
  for (const name of ['a', 'b']) store.apply(daemonManifest(name));
  it.need({ daemons: ['local'] });
  await it.hears('daemons/local live');
  const events = (): number | undefined => it.layers.watches()[0]?.reflector.status().events;
  store.delete(of('a'));
  await until(() => events() === 3, 'the removal to arrive');
  it.time.advance(9_000);
  expect(it.told.at(-1)).toBe('daemons/local live');
  it.time.advance(2_000);
  expect(it.told.at(-1)).toBe('daemons/local -a');
  store.delete(of('b'));
  store.apply(daemonManifest('c'));
  await until(() => it.told.length === 6, 'the successor');
  expect(it.told.slice(4)).toEqual(['daemons/local -b', 'daemons/local +c']);
});

test('a removal does not count while the server is cut off, which may be the end of the kind', async () => {
  it = await startTestLayers();
  define(it.own);
  it.own.kube.store.apply(daemonManifest('a'));
  it.need({ daemons: ['local'] });
  await it.hears('daemons/local live');
  it.own.kube.store.delete(of('a'));
  await until(() => it.layers.watches()[0]?.reflector.status().events === 2, 'the removal to arrive');
  await it.own.kube.faults.stopListening();
  await it.hears('daemons/local stale');
  expect(it.told).toEqual(['daemons/local +a', 'daemons/local live', 'daemons/local stale']);
  await it.own.kube.faults.startListening();
  await it.hears('daemons/local live');
  expect(it.told.slice(3)).toEqual(['daemons/local -a', 'daemons/local live']);
});

test('node states are told, and gone with their kind', async () => {
  it = await startTestLayers();
  define(it.own);
  const state = { apiVersion: 'plexd.plexsphere.com/v1alpha1', kind: 'PlexdNodeState', spec: { nodeId: 'n_1' } };
  it.own.kube.store.apply({ ...state, metadata: { name: 'node-1', namespace: 'plexd-system' } });
  it.need({ heartbeats: true });
  await it.hears('plexdnodestates live');
  it.own.delete('CustomResourceDefinition', 'plexdnodestates.plexd.plexsphere.com');
  await it.hears('plexdnodestates stale');
  expect(it.told.slice(0, 2)).toEqual(['plexdnodestates +node-1', 'plexdnodestates live']);
});
