/**
 * Fuzzes the generated rules: seeded cases, told apart by their cluster, in one store of promtool, whose own engine evaluates every rule group in
 * each step. Beside each alert its expression is recorded, since what an alert keeps says nothing of values. No sample may be NaN or infinite.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULT_SETTINGS,
  generateRules,
  type AlertingRule,
  type RecordingRule,
  type RuleGroup,
} from '@rollcall/alerts';
import type { Objective } from '@rollcall/contract';
import { stringify } from 'yaml';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace } from '../control-plane/workspace.ts';
import { createRandom } from '../e2e/random.ts';
import { KINDS } from './fuzz-kinds.ts';
import type { Drawn, Length, Point } from './fuzz-world.ts';
import { runProgram } from './play-cases.ts';
import { objective, policyWith } from './policies.ts';
import type { Series } from './timeline.ts';

/** So many cases share a store, their length and their objectives. */
export const ROUND = 100;

const NAMES = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];
const HOUR: Length = { steps: 16, minutes: 3 };
const HOURS: Length = { steps: 60, minutes: 3 };
const DAYS: Length = { steps: 450, minutes: 5 };
const DAY_MS = 86_400_000;

/** A sample that is no number: of which case, and which rule. */
export interface FuzzFault {
  readonly seed: number;
  readonly kind: string;
  readonly rule: string;
  readonly value: string;
}

/** What came of some cases. `samples` is how many each rule gave, `silent` those that gave none, `fired` in how many cases each page fired. */
export interface FuzzTally {
  readonly silent: readonly string[];
  readonly faults: readonly FuzzFault[];
  readonly samples: ReadonlyMap<string, number>;
  readonly fired: ReadonlyMap<string, number>;
}

/** Some cases of one round, by their seeds; `planted` are groups that are evaluated with the generated ones. */
export interface FuzzRound {
  readonly promtool: string;
  readonly seeds: readonly number[];
  readonly planted?: readonly RuleGroup[];
}

/** Which round a seed is of, from 0 on. */
export function roundOf(seed: number): number {
  return Math.floor((seed - 1) / ROUND);
}

/** The kind of a case. */
export function kindOf(seed: number): keyof typeof KINDS {
  return NAMES[seed % NAMES.length] ?? 'nothing wrong';
}

/** Plays cases of one round. Throws with promtool's complaint when a rule cannot be evaluated. */
export async function playRound({ promtool, seeds, planted = [] }: FuzzRound): Promise<FuzzTally> {
  await ensurePrometheus();
  const round = roundOf(seeds[0] ?? 1);
  const length = lengthOf(round);
  const groups = watchAlerts([...generate(round, length), ...planted]);
  const workspace = await openWorkspace();
  try {
    const file = join(workspace.folder, 'rules.yml');
    await writeFile(file, stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false }));
    const rules = [
      ...new Set(groups.flatMap((group) => group.rules.flatMap((rule) => ('record' in rule ? rule.record : [])))),
    ];
    const test = join(workspace.folder, 'test.yml');
    await writeFile(test, describeRound({ file, rules, length, seeds, groups: groups.map(({ name }) => name) }));
    const { output } = await runProgram(promtool, ['test', 'rules', test]);
    return readTally(output, rules);
  } finally {
    await workspace.close();
  }
}

/** Most rounds are short: what goes wrong does so where something begins or ends. */
export function lengthOf(round: number): Length {
  if (round === 1) return DAYS;
  return round % 10 === 2 ? HOURS : HOUR;
}

/** Rules of two SLIs; what each round asks of them is its own. */
function generate(round: number, { minutes }: Length): readonly RuleGroup[] {
  const random = createRandom(round);
  const own = (sli: Objective['sli']): Objective =>
    objective({
      sli,
      target: random.pick([0.5, 0.9, 0.95, 0.99, 0.999, 0.9999]),
      windowMs: random.pick([7, 7, 7, 28, 90]) * DAY_MS,
      ...(sli === 'coverage' && random.chance(0.4) ? { owners: ['agent', 'platform'] as const } : {}),
    });
  const other = random.pick(['join', 'join', 'stability', 'freshness', 'resources'] as const);
  const settings = { ...DEFAULT_SETTINGS, intervalMs: minutes * 60_000 };
  return generateRules([policyWith([own('coverage'), own(other)])], settings).flatMap(({ groups }) => groups);
}

interface Watched {
  readonly name: string;
  readonly rules: readonly (RecordingRule | Omit<AlertingRule, 'annotations'>)[];
}

/**
 * Records each alert's expression in its place. Alerts stay that others read, which are those that page; without annotations, which would be
 * written at each evaluation.
 */
function watchAlerts(groups: readonly RuleGroup[]): readonly Watched[] {
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.flatMap((rule): Watched['rules'] => {
      if ('record' in rule) return [rule];
      const { alert, expr, labels } = rule;
      const { severity = '', tier = '' } = labels;
      const own = { record: `fuzz:${alert}:expr`, expr, labels: { tier } };
      return severity === 'page' ? [own, { alert, expr, for: rule.for ?? '0s', labels: { severity, tier } }] : [own];
    }),
  }));
}

interface Described {
  readonly file: string;
  readonly rules: readonly string[];
  readonly groups: readonly string[];
  readonly length: Length;
  readonly seeds: readonly number[];
}

/** The test file. Nothing is expected, so that promtool says what it got instead. */
function describeRound({ file, rules, groups, length, seeds }: Described): string {
  const { steps, minutes } = length;
  const [interval, end] = [`${minutes}m`, `${steps * minutes}m`];
  const over = (name: string): string => `${name}[${(steps + 1) * minutes}m]`;
  const questions = rules.flatMap((name) => {
    const sum = `sum by (cluster) (sum_over_time(${over(name)}))`;
    return [`${sum} unless (${sum} > -Inf < Inf)`, `sum(count_over_time(${over(name)}))`];
  });
  const firing = `count by (alertname) (count by (cluster, alertname) (count_over_time(${over('ALERTS{alertstate="firing"}')})))`;
  const promql_expr_test = [...questions, firing].map((expr) => ({ expr, eval_time: end }));
  const input_series = seeds.flatMap((seed) =>
    KINDS[kindOf(seed)](createRandom(seed), length).map((own) => writeSeries(own, String(seed))),
  );
  const tests = [{ interval, input_series, promql_expr_test }];
  return stringify(
    { rule_files: [file], evaluation_interval: interval, group_eval_order: groups, tests },
    { lineWidth: 0 },
  );
}

function writeSeries({ metric, labels, points }: Drawn, cluster: string): Series {
  const parts = Object.entries({ ...labels, cluster }).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return { series: `${metric}{${parts.join(',')}}`, values: writePoints(points) };
}

/** Points in promtool's words: as many as go on by the same step are one word. */
function writePoints(points: readonly Point[]): string {
  const words: string[] = [];
  let at = 0;
  while (at < points.length) {
    const point = points[at] ?? 'missing';
    const next = points[at + 1];
    const by =
      typeof point === 'number' && typeof next === 'number' && Number.isFinite(next - point) ? next - point : 0;
    let run = 1;
    while (at + run < points.length && follows(points[at + run], point, by * run)) run += 1;
    words.push(writeRun(point, by, run));
    at += run;
  }
  return words.join(' ');
}

function follows(own: Point | undefined, first: Point, by: number): boolean {
  return typeof first === 'number' ? Object.is(own, first + by) : first === 'missing' && own === first;
}

function writeRun(point: Point, by: number, run: number): string {
  if (point === 'stale') return 'stale';
  if (point === 'missing') return `_x${run}`;
  const first = String(point).replace('Infinity', 'Inf');
  return run === 1 ? first : `${first}${by < 0 ? '-' : '+'}${Math.abs(by)}x${run - 1}`;
}

/** `expr: "…", time: …, exp: … got: {cluster="3"} NaN, …`, which is all that promtool should have to say. */
function readTally(output: string, rules: readonly string[]): FuzzTally {
  const faults: FuzzFault[] = [];
  const samples = new Map<string, number>();
  const fired = new Map<string, number>();
  if (/\berr: /.test(output) || !output.includes('got:')) throw new Error(output.slice(0, 5_000));
  for (const { question, name, label, value } of readAnswers(output)) {
    if (name === 'ALERTS') fired.set(label, Number(value));
    else if (question.includes('unless')) faults.push(describeFault(Number(label), name, value));
    else samples.set(name, Number(value));
  }
  return { faults, samples, fired, silent: rules.filter((rule) => !samples.has(rule)) };
}

function describeFault(seed: number, rule: string, value: string): FuzzFault {
  return { seed, kind: kindOf(seed), rule, value };
}

/** A sample that promtool got to a question: about which rule, the value of its only label, and its own. */
interface Answered {
  readonly question: string;
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

function* readAnswers(output: string): Iterable<Answered> {
  for (const [, question = '', got = ''] of output.matchAll(/expr: (".*"), time: .*\s+exp:.*\s+got:\s*(.*)/g)) {
    const name = findFirst(/_over_time\(([\w:]+)/, question);
    for (const [, labels = '', value = ''] of got.replaceAll('\\"', '"').matchAll(/\{([^}]*)\} (\S+?)(?=,|"|$)/g)) {
      yield { question, name, label: findFirst(/="([^"]*)"/, labels), value };
    }
  }
}

function findFirst(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[1] ?? '';
}
