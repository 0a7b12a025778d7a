/** Asks promtool for what panels show of written series: to a sample, with all of its labels. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interpolate } from '@rollcall/dashboards/preview';
import { stringify } from 'yaml';
import { openWorkspace } from '../control-plane/workspace.ts';
import { runProgram, type Verdict } from '../rules/play-cases.ts';
import type { Series } from '../rules/timeline.ts';
import { openVariables } from './ask-prometheus.ts';
import { panelsOf, type BoardJson } from './read-questions.ts';

/** What a query of a panel must answer. */
export interface Expectation {
  /** Without `rollcall-`. */
  readonly board: string;
  readonly panel: string;
  /** The query of the panel; its first one where nothing is said. */
  readonly refId?: string;
  /** When it is asked. */
  readonly minute: number;
  /** Labels, without braces, and the value to four decimals. All samples: one more is a fault. */
  readonly samples: Readonly<Record<string, number>>;
}

/** Series, the rules that are evaluated on them each minute, and what boards say of them. */
export interface World {
  readonly boards: readonly BoardJson[];
  readonly rules?: readonly string[];
  readonly series: readonly Series[];
  readonly expectations: readonly Expectation[];
}

const MINUTE_MS = 60_000;
const RANGE_MS = 180 * MINUTE_MS;

/** Installed by Debian's package of Prometheus. */
const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';

/** Whether all is answered as expected, else what promtool complains of. Throws where a board has no such query. */
export async function askPromtool({ boards, rules = [], series, expectations }: World): Promise<Verdict> {
  const workspace = await openWorkspace();
  try {
    const files = rules.map((_, at) => join(workspace.folder, `rules-${at}.yml`));
    await Promise.all(files.map((file, at) => writeFile(file, rules[at] ?? '')));
    const test = join(workspace.folder, 'test.yml');
    const promql_expr_test = expectations.map((own) => describe(own, boards));
    const tests = [{ interval: '1m', input_series: series, promql_expr_test }];
    await writeFile(test, stringify({ rule_files: files, evaluation_interval: '1m', tests }, { lineWidth: 0 }));
    return await runProgram(PROMTOOL, ['test', 'rules', test]);
  } finally {
    await workspace.close();
  }
}

function describe(expectation: Expectation, boards: readonly BoardJson[]): object {
  const { minute, samples } = expectation;
  return {
    // Sums of fractions are off in their last digits.
    expr: `round((${fillQuery(expectation, boards)}), 0.0001)`,
    eval_time: `${minute}m`,
    exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels: `{${labels}}`, value })),
  };
}

function fillQuery({ board: name, panel: title, refId = 'A' }: Expectation, boards: readonly BoardJson[]): string {
  const board = boards.find(({ uid }) => uid === `rollcall-${name}`);
  const panel = board && panelsOf(board).find((own) => own.title === title);
  const target = panel?.targets?.find((own) => own.refId === refId);
  if (board === undefined || target === undefined) throw new Error(`${name} has no query ${refId} in "${title}"`);
  const variables = openVariables(board.templating.list);
  return interpolate(target.expr, { variables, rangeMs: RANGE_MS, stepMs: MINUTE_MS, scrapeIntervalMs: MINUTE_MS });
}
