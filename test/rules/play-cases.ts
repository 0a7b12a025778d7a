/** Plays cases by promtool: from when to when an alert fires, over all minutes of the case. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openWorkspace } from '../control-plane/workspace.ts';
import type { Series } from './timeline.ts';

/** When an alert fires: the first and the last minute; `undefined`: never. Its labels, where they are told, are all that it has. */
export interface Firing {
  /** Matchers of the alert, such as `alertname="NodeUncovered"`. */
  readonly alert: string;
  readonly first?: number;
  readonly last?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One case: series, how long it is, and every alert that is looked at. */
export interface RuleCase {
  readonly name: string;
  readonly minutes: number;
  readonly series: readonly Series[];
  readonly firings: readonly Firing[];
  /** Expressions that must have no sample at the end. */
  readonly never?: readonly string[];
}

/** Rules, how often they are evaluated, and the cases that are played on them. */
export interface Play {
  readonly promtool: string;
  /** Texts of rule files. */
  readonly rules: readonly string[];
  readonly stepMinutes: number;
  readonly cases: readonly RuleCase[];
}

/** What promtool says: whether all held, and its complaint. */
export interface Verdict {
  readonly held: boolean;
  readonly output: string;
}

/** So many processes of promtool play at once: it uses one core each. */
const PROCESSES = 2;

/** Plays all cases by `promtool test rules`, in several processes that share them by their length. */
export async function playCases(play: Play): Promise<Verdict> {
  const slack = await findSlack(play);
  const ordered = play.cases.toSorted((one, other) => other.minutes - one.minutes);
  const shares = Array.from({ length: PROCESSES }, (_, share) =>
    ordered.filter((_own, at) => at % PROCESSES === share),
  );
  const verdicts = await Promise.all(
    shares.filter((cases) => cases.length > 0).map((cases) => playShare({ ...play, cases }, slack)),
  );
  return { held: verdicts.every(({ held }) => held), output: verdicts.map(({ output }) => output).join('\n') };
}

/** By how many minutes a firing may be off: one evaluation from Prometheus 3 on, whose ranges no longer hold the sample at their beginning. */
async function findSlack({ promtool, stepMinutes }: Play): Promise<number> {
  const { output } = await runProgram(promtool, ['--version']);
  return /version 2\./.test(output) ? 0 : stepMinutes;
}

async function playShare({ promtool, rules, stepMinutes, cases }: Play, slack: number): Promise<Verdict> {
  const workspace = await openWorkspace();
  try {
    const files = rules.map((_, at) => join(workspace.folder, `rules-${at}.yml`));
    await Promise.all(files.map((file, at) => writeFile(file, rules[at] ?? '')));
    const test = join(workspace.folder, 'test.yml');
    const tests = cases.map((own) => describeCase(own, stepMinutes, slack));
    await writeFile(
      test,
      stringify({ rule_files: files, evaluation_interval: `${stepMinutes}m`, tests }, { lineWidth: 0 }),
    );
    return await runProgram(promtool, ['test', 'rules', test]);
  } finally {
    await workspace.close();
  }
}

/** Runs a program of Go, which has memory to spare and little time; its exit code decides. Never throws. */
export function runProgram(program: string, args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { maxBuffer: 64 << 20, env: { ...process.env, GOGC: '400' } },
      (error, stdout, stderr) => resolve({ held: error === null, output: stdout + stderr }),
    );
  });
}

function describeCase({ name, minutes, series, firings, never = [] }: RuleCase, step: number, slack: number): object {
  const range = `[${minutes}m:${step}m]`;
  const at = (over: string, alert: string): string =>
    `${over} without () (${over}_over_time(timestamp(ALERTS{alertstate="firing",${alert}})${range}))`;
  const looks = firings.flatMap(({ alert, first, last, labels }) => {
    const moment = (over: 'min' | 'max', minute: number | undefined): object => {
      const plain = `${over}(${over}_over_time(timestamp(ALERTS{alertstate="firing",${alert}})${range}))`;
      const expr = labels === undefined ? plain : at(over, alert);
      return {
        expr: minute === undefined ? expr : round(expr, minute * 60, slack * 60),
        eval_time: `${minutes}m`,
        exp_samples: minute === undefined ? [] : [{ labels: formatLabels(labels ?? {}), value: minute * 60 }],
      };
    };
    return [moment('min', first), ...(first === undefined ? [] : [moment('max', last ?? minutes)])];
  });
  const empty = never.map((expr) => ({ expr, eval_time: `${minutes}m`, exp_samples: [] }));
  return { name, interval: '1m', input_series: series, promql_expr_test: [...looks, ...empty] };
}

/** Takes what is within the slack of a second for that second. */
function round(expr: string, second: number, slack: number): string {
  if (slack === 0) return expr;
  return `(${expr} - ${second}) * (abs(${expr} - ${second}) > bool ${slack}) + ${second}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `{${parts.join(', ')}}`;
}

/** What promtool's lints say of a rule file; any complaint is fatal. */
export async function lintRules(promtool: string, text: string): Promise<Verdict> {
  const workspace = await openWorkspace();
  try {
    const file = join(workspace.folder, 'rules.yml');
    await writeFile(file, text);
    return await runProgram(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', file]);
  } finally {
    await workspace.close();
  }
}
