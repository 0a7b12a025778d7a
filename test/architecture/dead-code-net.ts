/** Net: what nobody reaches, by knip: once with the tests, once as it ships, where what only tests reach is dead too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseReport, REPOSITORY, runTool, type Catch, type Finding, type Net } from './net.ts';
import { readReasons } from './read-reasons.ts';

/** The dead-code net. */
export const deadCodeNet: Net = { name: 'dead code', exact: false, readRules, cast };

interface Report {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<string, unknown>>)[];
}

async function readRules(): Promise<ReadonlyMap<string, string>> {
  return readReasons(readFileSync(join(REPOSITORY, 'knip.json'), 'utf8'));
}

async function cast(root: string): Promise<Catch> {
  const rules = await readRules();
  const all = await run(root, rules);
  const shipped = await run(root, rules, '--production', '--include', 'files,exports,types');
  const known = new Set(all.map(identify));
  const forTestsOnly = shipped
    .filter((finding) => !known.has(identify(finding)))
    .map((finding) => ({ ...finding, message: `${finding.message} is reached by tests only` }));
  return { seen: `${rules.size} kinds of dead things, with and without tests`, findings: [...all, ...forTestsOnly] };
}

async function run(root: string, rules: ReadonlyMap<string, string>, ...args: readonly string[]): Promise<Finding[]> {
  const output = await runTool(root, ['knip/bin/knip.js', '--no-progress', '--reporter', 'json', ...args]);
  const { issues } = parseReport('knip', output) as Report;
  return issues.flatMap((issue) => [...rules.keys()].flatMap((rule) => readIssues(issue, rule)));
}

function readIssues(issue: Report['issues'][number], rule: string): Finding[] {
  const found = issue[rule];
  if (!Array.isArray(found)) return [];
  return found.flat().map(({ name, line }: { name: string; line?: number }) => ({
    rule,
    file: issue.file,
    message: name,
    ...(line !== undefined && { line }),
  }));
}

function identify({ rule, file, message }: Finding): string {
  return `${rule} ${file} ${message}`;
}
