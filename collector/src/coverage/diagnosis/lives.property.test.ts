/** Once a fault is named it keeps its name while its evidence stands, however statuses and events alternate, and its time is counted once. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCoveredCluster, sumCounters, type TestCluster } from '../../test-cluster.ts';
import { createChance, type Chance } from '../../test-random.ts';
import { LIVES, type Life, type Moment } from './test-lives.ts';

const RUNS = { numRuns: 40 };
/** Silences are lived through in steps: an answer that changes by itself must show. */
const LONGEST_STEP_MS = 7_000;

interface Lived {
  readonly cluster: TestCluster;
  /** What the node was called, each change once. */
  readonly names: readonly string[];
  readonly beganMono: number;
}

function live({ moments }: Life, chance: Chance): Lived {
  const cluster = createCoveredCluster(['n1']);
  if (chance.once(2)) cluster.watch('test', 'live');
  cluster.wait(60_000);
  const names: string[] = [];
  const note = (): void => {
    const state = cluster.state('n1').replace('uncovered:', '');
    if (names.at(-1) !== state) names.push(state);
  };
  cluster.podGone('pod-n1');
  const beganMono = cluster.now().monoMs;
  note();
  names.length = 0;
  const born = new Map<number, number>();
  for (const moment of moments(chance)) {
    for (let left = moment.afterMs; left > 0; left -= LONGEST_STEP_MS) {
      cluster.wait(Math.min(left, LONGEST_STEP_MS));
      if (names.length > 0) note();
    }
    tell(cluster, moment, born);
    note();
  }
  return { cluster, names, beganMono };
}

function tell(cluster: TestCluster, { pod, nth = 0, event }: Moment, born: Map<number, number>): void {
  const { wallMs } = cluster.now();
  const uid = `p${nth}`;
  if (pod === 'gone') cluster.podGone(uid);
  else if (pod !== undefined) {
    if (!born.has(nth)) born.set(nth, wallMs);
    const createdAt = born.get(nth);
    cluster.pod('n1', { uid, name: uid, createdAt, readySince: createdAt, ...date(pod, wallMs) });
  }
  if (event !== undefined) {
    // The API keeps whole seconds.
    const lastAt = Math.floor(wallMs / 1000) * 1000;
    const about = { involvedUid: uid, involvedKind: 'Pod', involvedName: uid, namespace: 'agents', name: 'e' };
    const object = {
      ...event,
      ...about,
      uid: `${event.reason} ${event.message}`,
      type: 'Warning',
      lastAt,
      component: 'kubelet',
    };
    cluster.send({ kind: 'kubeEvent', uid: object.uid, object });
  }
}

/** Ends and starts happened now where the script does not say when. */
function date(pod: Exclude<Moment['pod'], 'gone' | undefined>, wallMs: number): typeof pod {
  const containers = pod.containers?.map((own) => ({
    ...own,
    ...(own.terminated && { terminated: { ...own.terminated, finishedAt: wallMs } }),
    ...(own.running && { startedAt: wallMs }),
  }));
  return containers === undefined ? pod : { ...pod, containers };
}

test.each(LIVES)('$name is named $code, once and for good', (life) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { names } = live(life, createChance(seed));
      // Until its first status, or its deadline, a young pod is starting.
      expect(names[0] === 'Starting' ? names.slice(1) : names).toEqual([life.code]);
    }),
    RUNS,
  );
});

test.each(LIVES)(
  '$name: the node is uncovered since its pod went, and each moment of it counts for one reason',
  (life) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { cluster, beganMono } = live(life, createChance(seed));
        const record = cluster.pipeline.roll.policies.get('policy-agent')?.records.get('n1');
        expect(record?.sinceMono).toBe(beganMono);
        const { valid = 0, good = 0, ...reasons } = sumCounters(cluster.reading());
        expect(Object.values(reasons).reduce((sum, ms) => sum + ms, 0)).toBe(valid - good);
        expect(valid - good).toBe(cluster.now().monoMs - beganMono);
      }),
      RUNS,
    );
  },
);
