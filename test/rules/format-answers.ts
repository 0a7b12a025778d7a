/**
 * Whether what is exported is taken by those it is for: specifications by Sloth, which has to make its 17 rules of each objective, and documents of
 * OpenSLO by oslo. Both are shown to refuse as well. Writes what they say of the good policies of test/policies into format-answers.txt; throws if one
 * is refused. `make peers` runs it.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { ensureOslo } from '../control-plane/peer.ts';
import { openWorkspace, type Workspace } from '../control-plane/workspace.ts';
import { generateSloth } from './sloth.ts';

const run = promisify(execFile);

const ROLLCALL = join(import.meta.dirname, '../../collector/src/main.ts');
const POLICIES = join(import.meta.dirname, '../policies/good');
const ANSWERS = join(import.meta.dirname, 'format-answers.txt');
/** Sloth 0.12 records eight windows and seven figures of an objective, and has a page and a ticket. */
const RULES_OF_SLOTH = 17;

interface Exported {
  readonly specifications: readonly string[];
  readonly documents: string;
}

async function exportPolicies(workspace: Workspace, file: string): Promise<Exported> {
  const [from, out] = [join(POLICIES, file), join(workspace.folder, file)];
  const rollcall = (...args: readonly string[]) =>
    run(process.execPath, [ROLLCALL, 'generate', ...args, '--policies', from]);
  await rollcall('rules', '--format', 'sloth', '--out', out);
  const { stdout } = await rollcall('openslo');
  const names = await readdir(out).catch((): string[] => []);
  const specifications = names.toSorted().map((name) => readFile(join(out, name), 'utf8'));
  return { specifications: await Promise.all(specifications), documents: stdout };
}

/** What Sloth makes of an exported specification. Throws if it refuses it, or makes other than 17 rules of each objective. */
async function judgeBySloth(specification: string): Promise<number> {
  const { slos } = parse(specification) as { readonly slos: readonly unknown[] };
  const { length } = await generateSloth(specification);
  if (length !== RULES_OF_SLOTH * slos.length)
    throw new Error(`Sloth made ${length} rules of ${slos.length} objectives`);
  return slos.length;
}

/** Throws with what oslo says. */
async function judgeByOslo({ folder }: Workspace, documents: string): Promise<void> {
  const file = join(folder, 'documents.yaml');
  await writeFile(file, documents);
  const { stdout } = await run(await ensureOslo(), ['validate', '-f', file]);
  if (stdout.trim() !== 'Valid!') throw new Error(`oslo says: ${stdout}`);
}

/** Throws unless it is refused. */
async function expectRefusal(what: string, judged: Promise<unknown>): Promise<void> {
  const refused = await judged.then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error(`${what} is not refused`);
}

async function answerFor(workspace: Workspace, file: string): Promise<string> {
  const { specifications, documents } = await exportPolicies(workspace, file);
  let objectives = 0;
  for (const specification of specifications) {
    objectives += await judgeBySloth(specification);
    await expectRefusal(`${file}: a window of its own`, judgeBySloth(specification.replaceAll('{{.window}}', '5m')));
  }
  if (objectives === 0) return `${file}: no objectives`;
  await judgeByOslo(workspace, documents);
  for (const [what, faulty] of [
    ['without a budgeting method', documents.replace(/^ *budgetingMethod:.*\n/m, '')],
    ['with a target of 1', documents.replace(/target: 0\.\d+/, 'target: 1')],
    ['of another kind', documents.replace('kind: SLI', 'kind: Sli')],
  ] as const)
    await expectRefusal(`${file}: ${what}`, judgeByOslo(workspace, faulty));
  return `${file}: ${objectives} objectives, ${objectives * RULES_OF_SLOTH} rules of Sloth, ${parseAllDocuments(documents).length} documents of OpenSLO`;
}

const workspace = await openWorkspace();
try {
  const lines = [];
  for (const file of (await readdir(POLICIES)).toSorted()) lines.push(await answerFor(workspace, file));
  const head = [
    '# Generated, do not edit: node test/rules/format-answers.ts (needs Go).',
    '# What Sloth 0.12.0 and oslo 0.12.0 take of what is exported for the policies of test/policies/good.',
  ];
  await writeFile(ANSWERS, [...head, ...lines, ''].join('\n'));
  console.log(lines.join('\n'));
} finally {
  await workspace.close();
}
