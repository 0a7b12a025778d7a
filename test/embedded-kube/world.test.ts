import { describe, expect, it } from 'vitest';
import { readText } from './objects/json.ts';
import { ALL, conditionOf, coveredByApi, live, podsOf, statusOf } from './world/test-world.ts';

describe('a world at rest', () => {
  it('begins settled: every node Ready, every wanted pod Ready, every status right', () => {
    const { store, world } = live({ nodes: 200 });
    expect(world.truth().map(({ name, expected, covered }) => [name, expected, covered])).toEqual([
      ['plexd', 200, 200],
      ['node-exporter', 200, 200],
      ['fluent-bit', 180, 180],
    ]);
    expect(statusOf(store, 'fluent-bit')).toMatchObject({
      desiredNumberScheduled: 180,
      numberReady: 180,
      observedGeneration: 1,
    });
    expect(store.list('ControllerRevision')).toHaveLength(3);
    const pools = store.list('Node').map(({ metadata }) => metadata.labels?.['eks.amazonaws.com/nodegroup'] ?? 'spot');
    expect(['workers', 'spot', 'system'].map((pool) => pools.filter((name) => name === pool).length)).toEqual([
      120, 60, 20,
    ]);
  });

  it('changes nothing but heartbeats', () => {
    const { store, run } = live();
    const pods = JSON.stringify(store.list('Pod'));
    run(310);
    expect(JSON.stringify(store.list('Pod'))).toBe(pods);
    const beats = store.list('Node').map((node) => readText(conditionOf(node, 'Ready'), ['lastHeartbeatTime']));
    expect(beats.every((time) => time > '2026-03-13T12:00:00Z')).toBe(true);
  });

  it('runs a DaemonSet that somebody else applies, and follows a label that somebody else takes away', () => {
    const { store, run } = live();
    const labels = { 'app.kubernetes.io/name': 'mine' };
    const template = {
      metadata: { labels },
      spec: { nodeSelector: { role: 'system' }, containers: [{ name: 'c', image: 'i' }] },
    };
    const spec = { selector: { matchLabels: labels }, template };
    store.create({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'mine', namespace: 'default' }, spec });
    run(10);
    expect(statusOf(store, 'mine')).toMatchObject({ desiredNumberScheduled: 3, numberReady: 3 });
    const [name = ''] = coveredByApi(store, 'mine');
    store.patch({ kind: 'Node', name }, { metadata: { labels: { role: null } } });
    run(5);
    expect(podsOf(store, 'mine')).toHaveLength(2);
  });
});

describe('a world that lives', () => {
  it.each([11, 12])('tells the truth that its objects show, at every moment (seed %i)', (seed) => {
    const { store, world, run } = live({ seed, nodes: 60, incidents: ALL, speed: 4 });
    const seen = new Set<string>();
    let worst = 0;
    run(90, () => {
      for (const { name, nodes, expected, covered, uncovered } of world.truth()) {
        expect(covered + uncovered).toBe(expected);
        const byApi = coveredByApi(store, name);
        const wrong = nodes.filter(({ node, verdict }) => verdict === 'covered' && !byApi.has(node));
        const missed = nodes.filter(({ node, verdict }) => verdict === 'uncovered' && byApi.has(node));
        expect([...wrong, ...missed]).toEqual([]);
        worst = Math.max(worst, uncovered);
      }
      for (const { kind } of world.incidents()) seen.add(kind);
      expect(Math.abs(store.list('Node').length - 60)).toBeLessThanOrEqual(4);
    });
    expect(seen.size).toBeGreaterThanOrEqual(8);
    expect(worst).toBeLessThanOrEqual(12);
  });

  it('is the same from the same seed', () => {
    const history = (seed: number): string => {
      const { store, world, run } = live({ seed, incidents: ALL, speed: 5 });
      run(20);
      return JSON.stringify([store.list('Node'), store.list('Pod'), world.truth(), world.incidents()]);
    };
    expect(history(3)).toBe(history(3));
    expect(history(3)).not.toBe(history(4));
  });

  it('keeps 2 to 10 of 200 nodes in trouble', () => {
    const { world, run } = live({ nodes: 200, incidents: ALL });
    run(60);
    const counts: number[] = [];
    run(60, () => counts.push(world.incidents().filter(({ node }) => node !== '').length));
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...counts)).toBeLessThanOrEqual(12);
  });
});
