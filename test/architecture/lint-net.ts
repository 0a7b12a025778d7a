/** Net: what a line may say, by oxlint with types and the rules of the house. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDERS, parseReport, REPOSITORY, runTool, type Catch, type Finding, type Net } from './net.ts';
import { readReasons } from './read-reasons.ts';

const BASELINE = 'correctness';

/** The lint net. */
export const lintNet: Net = { name: 'lint', exact: true, readRules, cast };

interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

interface Report {
  readonly diagnostics: readonly Diagnostic[];
  readonly number_of_files: number;
  readonly number_of_rules: number;
}

async function readRules(): Promise<ReadonlyMap<string, string>> {
  const text = readFileSync(join(REPOSITORY, '.oxlintrc.json'), 'utf8');
  return new Map([[BASELINE, 'what the linter itself holds to be wrong or useless'], ...readReasons(text)]);
}

async function cast(root: string): Promise<Catch> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const files = globSync('*.{ts,mjs}', { cwd: root });
  const output = await runTool(root, ['oxlint/bin/oxlint', '--type-aware', '--format', 'json', ...folders, ...files]);
  const report = parseReport('oxlint', output) as Report;
  if (report.number_of_files === 0) throw new Error('oxlint saw no file');
  const rules = await readRules();
  return {
    seen: `${report.number_of_files} files, ${report.number_of_rules} rules`,
    findings: report.diagnostics.map((diagnostic) => toFinding(diagnostic, rules)),
  };
}

function toFinding(diagnostic: Diagnostic, rules: ReadonlyMap<string, string>): Finding {
  const { filename: file, labels, code = '', message } = diagnostic;
  const rule = code.replace(/^eslint\((.*)\)$/, '$1').replace(/^(.*)\((.*)\)$/, '$1/$2');
  const line = labels[0]?.span.line;
  return {
    rule: rules.has(rule) ? rule : BASELINE,
    file,
    message: rules.has(rule) ? message : `${message} (${rule})`,
    ...(line !== undefined && { line }),
  };
}
