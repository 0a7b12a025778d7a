/** What happens on a day, drawn from a seed: planned work, loss that is part of life, and planted gaps that must be noticed. */
import { createRandom, type Random } from '../e2e/random.ts';
import { conditionOf, DAY_START_MS, makeNode } from './objects.ts';
import { shouldRun, type Cluster } from './cluster.ts';
import { DAEMONS, plantGaps, POOLS, type Gap } from './gaps.ts';
import type { DayPlan, GapKind } from './plan.ts';
import type { Replicas } from './replicas.ts';
import type { Schedule } from './schedule.ts';

/** How often things happened. */
export interface Counts {
  joins: number;
  leaves: number;
  spotLosses: number;
  cordons: number;
  rollouts: number;
  upgraded: number;
  replacedByHand: number;
}

/** What the script moves. */
export interface Stage {
  readonly day: DayPlan;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly replicas: Replicas;
  readonly counts: Counts;
  /** Nodes that something was done to and that nothing else is done to. */
  readonly held: Set<string>;
  readonly nowMs: () => number;
}

/** The nodes before the day begins. */
export function settle({ cluster, schedule, day }: Pick<Stage, 'cluster' | 'schedule' | 'day'>): void {
  for (const pool of POOLS)
    for (let n = 0; n < day.nodesPerPool; n += 1) cluster.addNode(makeNode(`${pool}-${n}`, pool, {}));
  schedule.runUntil(SETTLED_S, () => undefined);
}

/** Puts the whole day on the schedule; answers the gaps that it plants. */
export function writeDay(stage: Stage, seed: number): readonly Gap[] {
  const draw = createRandom(seed ^ 0x646179);
  churn(stage, draw);
  plan(stage, draw);
  const gaps = plantGaps(draw, stage.day);
  for (const gap of gaps) at(stage, gap.minute, () => plant(stage, gap));
  return gaps;
}

/** The day begins when all nodes are settled. */
const SETTLED_S = 60;

function at({ schedule }: Stage, minute: number, run: () => void): void {
  schedule.after(minute * 60 + SETTLED_S - schedule.now(), run);
}

/** Leaves and joins keep pace; the system pool is left alone, for its upgrade. */
function churn(stage: Stage, draw: Random): void {
  const { churned, spotLosses, fargate, minutes } = stage.day;
  for (let n = 0; n < churned; n += 1) {
    const minute = 10 + draw.next() * (minutes - 60);
    const pool = draw.pick(['general', 'spot'] as const);
    at(stage, minute, () => join(stage, pool, n));
    if (n >= spotLosses) at(stage, minute + draw.next() * 20, () => leave(stage, pool));
  }
  // Spot nodes vanish alone and by up to six at once.
  for (let left = spotLosses; left > 0;) {
    const wave = Math.min(left, draw.integer(1, 6));
    left -= wave;
    at(stage, 30 + draw.next() * (minutes - 60), () => {
      for (let n = 0; n < wave; n += 1) vanish(stage);
    });
  }
  for (let n = 0; n < fargate; n += 1) at(stage, 20 + draw.next() * (minutes - 60), () => joinFargate(stage, n));
}

function join(stage: Stage, pool: string, n: number): void {
  const { cluster, schedule, random, counts, nowMs } = stage;
  counts.joins += 1;
  const name = `${pool}-j${n}`;
  const taints = [{ key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' }];
  const fresh = { createdAt: nowMs(), ready: conditionOf('False', 'KubeletNotReady'), readySince: nowMs(), taints };
  cluster.addNode(makeNode(name, pool, fresh));
  schedule.after(random.integer(15, 60), () =>
    cluster.changeNode(name, { taints: [], ready: conditionOf('True', 'KubeletReady'), readySince: nowMs() }),
  );
}

/** A virtual node: no daemon can run there, and none is missed. */
function joinFargate({ cluster, schedule, random, nowMs }: Stage, n: number): void {
  const key = 'eks.amazonaws.com/compute-type';
  const virtual = { ownLabels: { [key]: 'fargate' }, taints: [{ key, value: 'fargate', effect: 'NoSchedule' }] };
  cluster.addNode(makeNode(`fargate-${n}`, 'general', { ...virtual, createdAt: nowMs(), readySince: nowMs() }));
  schedule.after(random.integer(1_800, 36_000), () => cluster.removeNode(`fargate-${n}`));
}

/** A node of the pool that is well, takes daemons, is a while there and to which nothing else is done; it is held from now on. */
function take({ cluster, held, random, nowMs }: Stage, pool?: string): string | undefined {
  const fit = [...cluster.nodes.values()].filter(
    (node) =>
      !held.has(node.name) &&
      shouldRun(node) &&
      node.ready.status === 'True' &&
      (pool === undefined || node.sharedLabels['pool'] === pool) &&
      nowMs() - (node.createdAt ?? 0) > 600_000,
  );
  const name = fit.length === 0 ? undefined : random.pick(fit).name;
  if (name !== undefined) held.add(name);
  return name;
}

/** As the cluster-autoscaler takes a node away. */
function leave(stage: Stage, pool: string): void {
  const { cluster, schedule, random, counts } = stage;
  const name = take(stage, pool);
  if (name === undefined) return schedule.after(600, () => leave(stage, pool));
  counts.leaves += 1;
  const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', value: '1', effect: 'NoSchedule' }];
  cluster.changeNode(name, { taints, unschedulable: true });
  schedule.after(random.integer(30, 240), () => {
    silence(stage, name, 'False');
    schedule.after(random.integer(5, 30), () => cluster.removeNode(name));
  });
}

/** Without a word: the API server notices after 40 s, the cloud takes the node away a minute or two later. */
function vanish(stage: Stage): void {
  const name = take(stage, 'spot');
  if (name === undefined) return stage.schedule.after(600, () => vanish(stage));
  stage.counts.leaves += 1;
  stage.counts.spotLosses += 1;
  stage.schedule.after(40, () => silence(stage, name, 'Unknown'));
  stage.schedule.after(40 + stage.random.integer(30, 120), () => stage.cluster.removeNode(name));
}

function silence({ cluster, nowMs }: Stage, name: string, status: 'False' | 'Unknown'): void {
  const key = status === 'Unknown' ? 'node.kubernetes.io/unreachable' : 'node.kubernetes.io/not-ready';
  const known = cluster.nodes.get(name)?.taints ?? [];
  const reason = status === 'Unknown' ? 'NodeStatusUnknown' : 'KubeletNotReady';
  const taints = [...known, { key, value: '', effect: 'NoExecute' }];
  cluster.changeNode(name, { ready: conditionOf(status, reason), readySince: nowMs(), taints });
}

function wake({ cluster, nowMs }: Stage, name: string): void {
  cluster.changeNode(name, { ready: conditionOf('True', 'KubeletReady'), readySince: nowMs(), taints: [] });
}

/** Planned work. */
function plan(stage: Stage, draw: Random): void {
  const { cluster, counts, replicas, day } = stage;
  const { minutes, cordons, rollouts, upgrade, byHandFrom, restartAt, leaderChangeAt, windowAt } = day;
  for (let n = 0; n < cordons; n += 1)
    at(stage, 20 + draw.next() * (minutes - 140), () => cordon(stage, draw.integer(10, 60)));
  for (const minute of rollouts)
    at(stage, minute, () => {
      counts.rollouts += 1;
      cluster.renew(DAEMONS.rolling);
    });
  at(stage, upgrade.from, () => upgradeNext(stage, upgrade.nodes));
  at(stage, byHandFrom, () => {
    cluster.renew(DAEMONS.byHand);
    replaceNext(stage);
  });
  at(stage, restartAt, () => replicas.restart(100));
  at(stage, leaderChangeAt, () => replicas.changeLeader());
  if (windowAt !== undefined) planWindow(stage, windowAt);
}

function planWindow(stage: Stage, minute: number): void {
  const startsAt = DAY_START_MS + minute * 60_000;
  const about = { uid: 'w1', namespace: 'agents', name: 'switches', owner: 'ana', reason: 'new switches' };
  const scope = { everyNamespace: false, policies: [], pools: ['system'], nodes: [] };
  const spells = [{ startsAt, endsAt: startsAt + 60 * 60_000 }];
  at(stage, minute - 120, () => stage.replicas.announce({ ...about, ...scope, spells }));
  at(stage, minute + 5, () => blackOut(stage, 'system', 45));
}

function cordon(stage: Stage, minutes: number): void {
  const { cluster, schedule } = stage;
  const name = take(stage, 'general');
  if (name === undefined) return;
  stage.counts.cordons += 1;
  cluster.changeNode(name, { unschedulable: true });
  schedule.after(minutes * 60, () => {
    cluster.changeNode(name, { unschedulable: false });
    stage.held.delete(name);
  });
}

/** One node after the other: cordoned, rebooted, back again. */
function upgradeNext(stage: Stage, left: number): void {
  const { cluster, schedule, random, held, counts } = stage;
  const name = left === 0 ? undefined : take(stage, 'system');
  if (name === undefined) return;
  cluster.changeNode(name, { unschedulable: true });
  schedule.after(60, () => silence(stage, name, 'False'));
  const backIn = 60 + random.integer(180, 540);
  schedule.after(backIn, () => wake(stage, name));
  schedule.after(backIn + 60, () => {
    counts.upgraded += 1;
    cluster.changeNode(name, { unschedulable: false });
    held.delete(name);
    upgradeNext(stage, left - 1);
  });
}

/** Somebody deletes the old pods one by one, over hours. */
function replaceNext(stage: Stage): void {
  const { cluster, schedule, random, counts } = stage;
  const hash = `${DAEMONS.byHand}-h2`;
  const pods = [...cluster.pods.values()];
  const old = pods.find(
    (pod) => pod.ownerUid === `ds-${DAEMONS.byHand}` && pod.hash !== hash && pod.deletedAt === undefined,
  );
  if (old === undefined) return;
  counts.replacedByHand += 1;
  cluster.deletePod(DAEMONS.byHand, old.target);
  schedule.after(random.integer(60, 240), () => replaceNext(stage));
}

/** All nodes of a pool are gone from the network. */
function blackOut(stage: Stage, pool: string, minutes: number): void {
  for (const { name, sharedLabels } of [...stage.cluster.nodes.values()]) {
    if (sharedLabels['pool'] !== pool) continue;
    stage.held.add(name);
    silence(stage, name, 'Unknown');
    stage.schedule.after(minutes * 60 + stage.random.integer(1, 60), () => {
      wake(stage, name);
      stage.held.delete(name);
    });
  }
}

function plant(stage: Stage, { kind, daemonset, nodes, minutes }: Gap): void {
  for (let n = 0; n < nodes; n += 1) {
    // The system pool has its upgrade and its outage.
    const name = take(stage, n % 2 === 0 ? 'general' : 'spot');
    if (name === undefined) continue;
    const mend = harm(stage, { kind, daemonset, name });
    stage.schedule.after(minutes * 60, () => {
      mend();
      stage.held.delete(name);
    });
  }
}

interface Harm {
  readonly kind: GapKind;
  readonly daemonset: string;
  readonly name: string;
}

/** Answers what mends it. */
function harm(stage: Stage, { kind, daemonset, name }: Harm): () => void {
  const { cluster } = stage;
  const node = cluster.nodes.get(name);
  switch (kind) {
    case 'label':
      cluster.changeNode(name, { sharedLabels: { pool: node?.sharedLabels['pool'] ?? '' } });
      return () => cluster.changeNode(name, { sharedLabels: node?.sharedLabels ?? {} });
    case 'taint':
      cluster.changeNode(name, { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoExecute' }] });
      return () => cluster.changeNode(name, { taints: [] });
    case 'dead':
      silence(stage, name, 'Unknown');
      return () => wake(stage, name);
    default:
      cluster.fallIll(daemonset, name, kind);
      return () => cluster.recover(daemonset, name);
  }
}
