import { describe, expect, test } from 'vitest';
import { createCoveredCluster, sumCounters, type TestCluster } from '../test-cluster.ts';
import { HOUR, MINUTE, SECOND, START } from '../test-objects.ts';
import { createChance, type Chance } from '../test-random.ts';
import { plan } from '../test-windows.ts';

const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

describe('a maintenance window', () => {
  test('excuses its nodes from its first to its last millisecond, and nothing has to happen for that', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    plan(cluster, [[1_234, 5_001]]);
    cluster.wait(10_000);
    expect(sumCounters(cluster.reading())).toEqual({
      valid: 2 * (10_000 - 3_767),
      good: 2 * (10_000 - 3_767),
      'Maintenance(covered)': 2 * 3_767,
    });
  });

  test.each([
    ['by name', { nodes: ['a'] }],
    ['by labels', { selector: { matchLabels: { disk: 'old' }, matchExpressions: [] } }],
    ['by pool', { pools: ['gold'] }],
    ['by policy and pool', { policies: ['agents/agent'], pools: ['gold'] }],
  ])('finds its nodes %s', (_, scope) => {
    const cluster = createCoveredCluster(['b'], { poolLabels: ['pool'], name: 'agent' });
    cluster.node('a', { labels: { pool: 'gold', disk: 'old' } });
    cluster.pod('a');
    plan(cluster, [[0, HOUR]], scope);
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['excused:Maintenance(covered)', 'covered']);
  });

  test.each([
    ['another policy', { policies: ['agents/other'] }],
    ['another namespace', { namespace: 'others' }],
    ['a policy that it names in another namespace', { namespace: 'others', policies: ['agents/agent'] }],
  ])('of %s excuses nothing', (_, scope) => {
    const cluster = createCoveredCluster(['a']);
    plan(cluster, [[0, HOUR]], scope);
    expect(cluster.state('a')).toBe('covered');
  });

  test('of the collector’s namespace speaks for every policy', () => {
    const cluster = createCoveredCluster(['a']);
    plan(cluster, [[0, HOUR]], { namespace: 'rollcall-system', everyNamespace: true });
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
  });

  test('that is cut short, or deleted, ends at once', () => {
    const cluster = createCoveredCluster(['a']);
    plan(cluster, [[0, 2 * HOUR]]);
    cluster.wait(HOUR);
    plan(cluster, [[-HOUR, MINUTE]]);
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
    cluster.wait(MINUTE);
    expect(cluster.state('a')).toBe('covered');
    plan(cluster, [[0, HOUR]]);
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
    cluster.send({ kind: 'maintenance', uid: 'w1', object: undefined });
    expect(cluster.state('a')).toBe('covered');
  });

  test('that overlaps another counts once, and each can go without the other', () => {
    const cluster = createCoveredCluster(['a']);
    plan(cluster, [[0, 10 * MINUTE]]);
    plan(cluster, [[5 * MINUTE, 20 * MINUTE]], { uid: 'w2', name: 'disks' });
    cluster.wait(30 * MINUTE);
    expect(sumCounters(cluster.reading())).toMatchObject({ 'Maintenance(covered)': 20 * MINUTE, valid: 10 * MINUTE });
  });

  test('over an outage leaves the adjusted figures alone and shows in the raw ones', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    plan(cluster, [[0, HOUR]], { nodes: ['a'] });
    cluster.podGone('pod-a');
    cluster.wait(HOUR);
    const { valid = 0, good = 0, ...others } = sumCounters(cluster.reading());
    expect(good / valid).toBe(1);
    expect(others).toEqual({ 'Maintenance(uncovered)': HOUR });
  });

  test('follows a step of the wall clock once it is told again', () => {
    const cluster = createCoveredCluster(['a']);
    plan(cluster, [[HOUR, 2 * HOUR]]);
    cluster.stepWall(HOUR);
    expect(cluster.state('a')).toBe('covered');
    plan(cluster, [[0, HOUR]]);
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
  });

  test('that opens while an exemption holds excuses from its end on', () => {
    const exemption = { nodes: ['a'], owner: 'ana', reason: 'repair', expiresAt: START.wallMs + 30_000 };
    const cluster = createCoveredCluster(['a'], { exemptions: [exemption] });
    plan(cluster, [[10_000, 60_000]]);
    cluster.wait(20_000);
    expect(cluster.state('a')).toBe('excused:Exempt(covered)');
    cluster.wait(10_000);
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
  });
});

describe('a tenth of the shortest objective’s window', () => {
  const objectives = [{ sli: 'coverage', target: 0.99, windowMs: WEEK }] as const;

  test('is the most that is excused: then nodes are expected again, and the ratio says so', () => {
    const cluster = createCoveredCluster(['a'], { objectives });
    plan(cluster, [[0, 3 * DAY]]);
    cluster.wait(WEEK / 20);
    expect(cluster.reading().maintenance).toEqual({
      windows: [{ window: 'agents/kernel', open: true }],
      capUsedRatio: 0.5,
    });
    cluster.wait(3 * DAY - WEEK / 20);
    expect(sumCounters(cluster.reading())).toMatchObject({
      'Maintenance(covered)': WEEK / 10,
      valid: 3 * DAY - WEEK / 10,
    });
    expect(cluster.reading().maintenance.capUsedRatio).toBe(1);
  });

  test('counts windows of before this process, and comes back a period after their end', () => {
    const cluster = createCoveredCluster(['a'], { objectives });
    plan(cluster, [
      [-5 * DAY, -4 * DAY],
      [0, 6 * DAY],
    ]);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(3 * DAY - 1);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(1);
    // The open spell itself has used up all by then.
    expect(cluster.state('a')).toBe('covered');
  });

  test('is regained within a window that is open then', () => {
    const cluster = createCoveredCluster(['a'], { objectives });
    plan(cluster, [
      [-DAY, 0],
      [WEEK - HOUR, WEEK + HOUR],
    ]);
    cluster.wait(WEEK - 1);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(1);
    expect(cluster.state('a')).toBe('excused:Maintenance(covered)');
  });
});

describe('a node’s own annotation', () => {
  const until = (ms: number): Readonly<Record<string, string>> => ({
    'rollcall.dev/maintenance-until': new Date(START.wallMs + ms).toISOString(),
    'rollcall.dev/maintenance-reason': 'disk',
  });

  test('excuses it until then', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { annotations: until(90_000) });
    cluster.wait(10 * MINUTE);
    expect(sumCounters(cluster.reading())).toMatchObject({ 'Maintenance(covered)': 90_000 });
  });

  test('excuses for a tenth of a day at most', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { annotations: until(DAY) });
    cluster.wait(DAY - SECOND);
    expect(sumCounters(cluster.reading())).toMatchObject({ 'Maintenance(covered)': DAY / 10 });
  });

  test('that is no time excuses nothing', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { annotations: { 'rollcall.dev/maintenance-until': 'tomorrow' } });
    expect(cluster.state('a')).toBe('covered');
  });
});

describe('random windows over random outages', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))('are integrated to the millisecond (seed %i)', (seed) => {
    const play = playAtRandom(createChance(seed));
    expect(sumCounters(play.cluster.reading())).toEqual(play.expected());
  });
});

/** Some nodes that lose and get their pods while windows come, change and go; and what every millisecond of that is, counted one by one. */
function playAtRandom(chance: Chance): { readonly cluster: TestCluster; expected(): Record<string, number> } {
  const names = ['a', 'b', 'c'];
  const cluster = createCoveredCluster(names);
  const began = cluster.now().monoMs;
  const down = new Set<string>();
  const windows = new Map<string, { nodes: readonly string[]; spells: (readonly [number, number])[] }>();
  const sums: Record<string, number> = {};
  const add = (key: string): void => void (sums[key] = (sums[key] ?? 0) + 1);
  const pass = (ms: number): void => {
    for (let at = cluster.now().monoMs - began, left = ms; left > 0; at += 1, left -= 1)
      for (const name of names) {
        const open = [...windows.values()].some(
          ({ nodes, spells }) => nodes.includes(name) && spells.some(([start, end]) => start <= at && at < end),
        );
        if (open) add(down.has(name) ? 'Maintenance(uncovered)' : 'Maintenance(covered)');
        else {
          add('valid');
          if (down.has(name)) add('down');
          else add('good');
        }
      }
    cluster.wait(ms);
  };
  for (let step = 0; step < 40; step += 1) {
    const name = chance.pick(names);
    const at = cluster.now().monoMs - began;
    if (chance.once(2)) {
      const uid = `w${chance.below(3)}`;
      if (chance.once(4)) {
        windows.delete(uid);
        cluster.send({ kind: 'maintenance', uid, object: undefined });
      } else {
        const starts = Array.from({ length: 1 + chance.below(3) }, () => chance.below(400) - 100).sort((x, y) => x - y);
        const spells = starts.map((start) => [start, start + 1 + chance.below(150)] as const);
        const nodes = names.filter(() => chance.once(2));
        // None named would be all.
        windows.set(uid, {
          nodes: nodes.length === 0 ? names : nodes,
          spells: spells.map(([x, y]) => [x + at, y + at]),
        });
        plan(cluster, spells, { uid, name: uid, nodes });
      }
    } else if (down.delete(name)) cluster.pod(name);
    else {
      down.add(name);
      cluster.podGone(`pod-${name}`);
    }
    pass(chance.below(120));
  }
  return {
    cluster,
    expected: () => {
      const { down: lost = 0, ...rest } = sums;
      const reasons = sumCounters(cluster.reading());
      const told = Object.entries(reasons).filter(([key]) => !/^(valid|good|Maintenance)/.test(key));
      expect(told.reduce((sum, [, ms]) => sum + ms, 0)).toBe(lost);
      return { ...rest, ...Object.fromEntries(told) };
    },
  };
}
