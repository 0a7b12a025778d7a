/** The words of alerts, filled in by Prometheus' own templates; and whether every alert of the catalogue has a case at all. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALERTS, type AlertName } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace } from '../control-plane/workspace.ts';
import { BURN_SUITES, HALF_SPENT_CASES } from './burn-cases.ts';
import { ABSENCE_CASES } from './collector-cases.ts';
import { JOIN_SUITE } from './join-cases.ts';
import { runProgram, type RuleCase, type Verdict } from './play-cases.ts';
import { objective, renderFor } from './policies.ts';
import { STATE_CASES } from './state-cases.ts';
import { BURN_TEXTS, describeText, PLACES, STATE_TEXTS, type TextCase } from './text-cases.ts';
import { holds, named } from './timeline.ts';

const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';
const [STATE_RULES, BURN_RULES] = renderFor([objective()], PLACES);

async function play(own: TextCase, rules: string): Promise<Verdict> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    const [file, path] = ['rules.yml', 'test.yml'].map((name) => join(workspace.folder, name)) as [string, string];
    await writeFile(file, rules);
    await writeFile(path, describeText(own, file));
    return await runProgram(PROMTOOL, ['test', 'rules', path]);
  } finally {
    await workspace.close();
  }
}

test.each([
  ...STATE_TEXTS.map((own) => ({ ...own, rules: STATE_RULES })),
  ...BURN_TEXTS.map((own) => ({ ...own, rules: BURN_RULES })),
])('$name', async ({ rules, ...own }) => {
  const { held, output } = await play(own, rules);
  expect(held, output).toBe(true);
});

test('of twelve nodes ten are named', async () => {
  const [own] = STATE_TEXTS;
  if (own === undefined) throw new Error('no case');
  const more = Array.from({ length: 9 }, (_, at) =>
    holds(named('rollcall_uncovered_node_info', { node_pool: 'p', node: `m${at}`, reason: 'Evicted' }), [[60, 1]]),
  );
  // Which ten is not told, since all are one: promtool complains, and shows what is said.
  const { held, output } = await play({ ...own, series: [...own.series, ...more] }, STATE_RULES);
  expect(held).toBe(false);
  const [, got = ''] = output.split('got:');
  expect(got.match(/\b[mn]\d+ \((?:Evicted|CrashLoop)\)/g)).toHaveLength(10);
});

/** Cases that are evaluated every minute. */
const BY_MINUTE = [
  ...[...BURN_SUITES, JOIN_SUITE].filter(({ stepMinutes }) => stepMinutes === 1).flatMap(({ cases }) => cases),
  ...HALF_SPENT_CASES,
  ...STATE_CASES,
  ...ABSENCE_CASES,
];

/** Alerts that no case expects in a minute after the first: which is to be silent in the minute before. */
function listUntested(cases: readonly RuleCase[]): readonly string[] {
  const firings = cases.flatMap((own) => own.firings).filter(({ first = 0 }) => first > 0);
  const tested = (name: AlertName): boolean =>
    firings.some(({ alert, labels }) => labels?.['alertname'] === name || alert.startsWith(`alertname="${name}"`));
  return (Object.keys(ALERTS) as AlertName[]).filter((name) => !tested(name));
}

test('every alert has a case in which it fires in its minute and is silent in the one before', () => {
  expect(listUntested(BY_MINUTE)).toEqual(['RollcallWatchdog']);
  const without = BY_MINUTE.filter(({ firings }) => !firings.some(({ alert }) => alert.includes('PageUnresolved')));
  expect(listUntested(without)).toEqual(['PageUnresolved', 'RollcallWatchdog']);
});
