/** Plays a tape through rules on Prometheus' own engine, and reads from promtool when each alert fired. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace } from '../control-plane/workspace.ts';
import type { Series } from '../rules/timeline.ts';

/** An alert that fired, with all of its labels; the minutes of its first and last evaluation. */
export interface Firing {
  readonly labels: Readonly<Record<string, string>>;
  readonly first: number;
  last: number;
}

/** What is played. */
export interface Played {
  /** Texts of rule files. */
  readonly rules: readonly string[];
  readonly series: readonly Series[];
  readonly minutes: number;
}

const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';

/** Every alert that fired but the one that always does, in order of their beginnings. Throws with promtool's complaint. */
export async function readFirings({ rules, series, minutes }: Played): Promise<readonly Firing[]> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    const files = rules.map((_, at) => join(workspace.folder, `rules-${at}.yml`));
    await Promise.all(files.map((file, at) => writeFile(file, rules[at] ?? '')));
    const expr = 'ALERTS{alertstate="firing",alertname!="RollcallWatchdog"}';
    // Nothing is expected, so that promtool says for each minute what it got instead.
    const promql_expr_test = Array.from({ length: minutes }, (_, minute) => ({ expr, eval_time: `${minute}m` }));
    const tests = [{ interval: '1m', input_series: series, promql_expr_test }];
    const test = join(workspace.folder, 'test.yml');
    await writeFile(test, stringify({ rule_files: files, evaluation_interval: '1m', tests }, { lineWidth: 0 }));
    return joinMinutes(await complain(['test', 'rules', test]));
  } finally {
    await workspace.close();
  }
}

function complain(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(PROMTOOL, args, { maxBuffer: 256 << 20 }, (error, stdout, stderr) => {
      if (error !== null && !/got:/.test(stdout + stderr)) reject(new Error(stdout + stderr, { cause: error }));
      else resolve(stdout + stderr);
    });
  });
}

/** `time: 1h2m0s, … got:"{__name__=\"ALERTS\", …} 1E+00, {…} 1E+00"` to stretches of minutes. */
function joinMinutes(output: string): readonly Firing[] {
  const open = new Map<string, Firing>();
  const all: Firing[] = [];
  for (const [, time = '', got = ''] of output.matchAll(/time: (\S+),\s+exp:.*\s+got:\s*(.*)/g)) {
    const minute = readMinutes(time);
    for (const [, text = ''] of got.replaceAll('\\"', '"').matchAll(/\{([^}]*)\}/g)) {
      const known = open.get(text);
      if (known?.last === minute - 1) known.last = minute;
      else {
        const firing = { labels: readLabels(text), first: minute, last: minute };
        open.set(text, firing);
        all.push(firing);
      }
    }
  }
  return all.toSorted((one, other) => one.first - other.first);
}

function readMinutes(text: string): number {
  const part = (unit: string): number => Number(new RegExp(`(\\d+)${unit}(?!s)`).exec(text)?.[1] ?? 0);
  return part('d') * 1_440 + part('h') * 60 + part('m');
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const);
  return Object.fromEntries(pairs);
}
