/** Net: who may import whom, by dependency-cruiser. */
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { config } from './import-rules.ts';
import { TABLE, TEST_FILES } from './import-table.ts';
import { FOLDERS, parseReport, runTool, type Catch, type Finding, type Net } from './net.ts';

const NO_ROW = 'every-folder-has-a-row';

/** The import net. */
export const importNet: Net = { name: 'imports', exact: true, readRules, cast };

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
    readonly totalCruised: number;
    readonly totalDependenciesCruised: number;
  };
}

async function readRules(): Promise<ReadonlyMap<string, string>> {
  const rules = config.forbidden.map(({ name, comment }) => [name, comment] as const);
  return new Map([...rules, [NO_ROW, 'a folder that the table does not name could import anything']]);
}

async function cast(root: string): Promise<Catch> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders];
  const output = await runTool(root, ['dependency-cruiser/bin/dependency-cruiser.mjs', ...args]);
  const { modules, summary } = parseReport('dependency-cruiser', output) as Cruise;
  const sources = modules.map(({ source }) => source);
  assertSeen(root, sources);
  const violations = summary.violations.map(({ from, to, rule }) => ({
    rule: rule.name,
    file: from,
    message: `imports ${to}`,
  }));
  return {
    seen: `${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports`,
    findings: [...violations, ...findFoldersWithoutRow(sources)],
  };
}

/** Throws unless the cruise saw a module in every row of the table that has code: a blind cruise finds nothing and exits with 0. */
function assertSeen(root: string, sources: readonly string[]): void {
  const onDisk = globSync(`{${FOLDERS.join()}}/**/*.ts`, {
    cwd: root,
    exclude: ['**/node_modules/**', 'test/architecture/planted/**'],
  });
  const blind = TABLE.filter(({ files }) => {
    const ours = new RegExp(`^${files}`);
    return onDisk.some((file) => ours.test(file)) && !sources.some((source) => ours.test(source));
  });
  if (sources.length === 0 || blind.length > 0)
    throw new Error(`dependency-cruiser saw nothing of: ${blind.map(({ name }) => name).join(', ') || 'everything'}`);
}

function findFoldersWithoutRow(sources: readonly string[]): Finding[] {
  const rows = new RegExp(`^(${TABLE.map(({ files }) => files).join('|')})`);
  const tests = new RegExp(TEST_FILES);
  return sources
    .filter((source) => FOLDERS.some((folder) => source.startsWith(`${folder}/`)))
    .filter((source) => !rows.test(source) && !tests.test(source))
    .map((file) => ({ rule: NO_ROW, file, message: 'no row of test/architecture/import-table.ts names it' }));
}
