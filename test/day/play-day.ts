/** Plays one scripted day: the collector's pipeline on a fake clock, its scrapes through the generated rules, the alerts against what was planted. */
import { DEFAULT_SETTINGS, generateRules, renderRules } from '@rollcall/alerts';
import { stringify } from 'yaml';
import { createRandom } from '../e2e/random.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { readFirings, type Firing } from './firings.ts';
import { DAY_START_MS, makeDaemonSet, makePolicy } from './objects.ts';
import { createReplicas } from './replicas.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { DAEMONS, type Gap } from './gaps.ts';
import type { DayPlan } from './plan.ts';
import { settle, writeDay, type Counts } from './script.ts';
import { countStatus, exposeStatuses, MIXIN_RULES } from './status.ts';
import { createTape, type Tape } from './tape.ts';

/** A day that was played. */
export interface Day {
  readonly seed: number;
  readonly counts: Counts;
  readonly gaps: readonly Gap[];
  /** Of Rollcall's rules and of the mixin's meaning alike. */
  readonly firings: readonly Firing[];
  readonly seconds: { readonly collector: number; readonly rules: number };
}

/** Plays the day of a seed. */
export async function playDay(seed: number, day: DayPlan): Promise<Day> {
  const began = performance.now();
  const policies = [makePolicy(DAEMONS.rolling, true), makePolicy(DAEMONS.byHand, false)];
  const files = generateRules(policies, DEFAULT_SETTINGS);
  const texts = files.map((file) => renderRules(file, 'plain', { namespace: 'rollcall-system', labels: {} }));
  const rules = [...texts, stringify(MIXIN_RULES)];
  const schedule = createSchedule();
  const random = createRandom(seed);
  const sets = [makeDaemonSet(DAEMONS.rolling, 'RollingUpdate'), makeDaemonSet(DAEMONS.byHand, 'OnDelete')];
  const replicas = createReplicas({ schedule, cluster: () => cluster, policies });
  const cluster = createCluster({ random, schedule, hearer: replicas.hearer, sets });
  settle({ cluster, schedule, day });
  replicas.begin();
  const counts = { joins: 0, leaves: 0, spotLosses: 0, cordons: 0, rollouts: 0, upgraded: 0, replacedByHand: 0 };
  const nowMs = (): number => DAY_START_MS + schedule.now() * 1_000;
  const gaps = writeDay({ day, random, schedule, cluster, replicas, counts, held: new Set(), nowMs }, seed);
  const tape = createTape(rules.join('\n'));
  run({ schedule, cluster, replicas, tape }, day.minutes);
  const played = performance.now();
  const firings = await readFirings({ rules, series: tape.series(), minutes: day.minutes });
  const seconds = { collector: (played - began) / 1_000, rules: (performance.now() - played) / 1_000 };
  return { seed, counts, gaps, firings, seconds };
}

interface Running {
  readonly schedule: Schedule;
  readonly cluster: Cluster;
  readonly replicas: ReturnType<typeof createReplicas>;
  readonly tape: Tape;
}

/** The first scrape is that of minute 0. */
function run({ schedule, cluster, replicas, tape }: Running, minutes: number): void {
  const scrape = (): void => {
    for (const { name, text } of replicas.scrape()) tape.add(name, text);
    tape.add('ksm', exposeStatuses(cluster));
  };
  const start = schedule.now();
  scrape();
  schedule.runUntil(start + (minutes - 1) * 60, (second) => {
    if (second % 2 === 0) reportDesired(cluster, replicas);
    replicas.live(second);
    if ((second - start) % 60 === 0) scrape();
  });
}

/** The controller writes its status where it changed. */
function reportDesired(cluster: Cluster, { hearer }: Running['replicas']): void {
  for (const set of cluster.sets.values()) {
    const { desired } = countStatus(cluster, set);
    const { status } = set.object;
    if (desired === status.desired) continue;
    set.object = { ...set.object, status: { ...status, desired } };
    hearer.daemonSet(set.object);
  }
}
