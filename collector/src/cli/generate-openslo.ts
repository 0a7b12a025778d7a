/** `rollcall generate openslo` and `rollcall generate policies`: objectives to documents of OpenSLO v1 and back. */
import { readFile } from 'node:fs/promises';
import { COLLECTOR_NAMESPACE, formatFault } from '@rollcall/contract';
import { stringify } from 'yaml';
import { readPolicyTexts } from '../config/policy-text.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { readPolicies } from './generate-input.ts';
import { parseFlags } from './parse-flags.ts';

const EXPORT_HELP = `OpenSLO:
  rollcall generate openslo --policies FILE|DIR... [options]

      --policies=[]                       files and folders with policies; may be given again; - reads standard input
      --namespace='rollcall-system'       policies in it may select DaemonSets of others

Prints Service, SLI, SLO, AlertPolicy and AlertCondition documents; what they cannot say is noted on standard error.
`;

const IMPORT_HELP = `Policies:
  rollcall generate policies --openslo FILE

      --openslo=''                        file with documents of OpenSLO v1; - reads standard input

Prints a policy for each DaemonSet whose counters SLOs are about; what is not carried over is noted on standard error.
Exits 0 when at least one SLO was carried over, 1 when none was, 2 for bad flags and files.
`;

const EXPORT_OPTIONS = {
  policies: { type: 'string', multiple: true, default: [] as string[] },
  namespace: { type: 'string', default: COLLECTOR_NAMESPACE },
} as const;
const IMPORT_OPTIONS = { openslo: { type: 'string', default: '' } } as const;

/** The export. */
export const generateOpenSlo: Command = {
  name: 'openslo',
  summary: 'Write objectives as OpenSLO',
  help: EXPORT_HELP,
  run: (argv, io) =>
    orUsage(io, async () => {
      const flags = parseFlags({ args: [...argv], options: EXPORT_OPTIONS }).values;
      const { policies } = await readPolicies(flags, io);
      // Loaded here, since no other command needs it.
      const { exportOpenSlo } = await import('@rollcall/alerts');
      const { text, losses } = exportOpenSlo(policies);
      for (const loss of losses) io.err(`note: ${loss}\n`);
      io.out(text);
      return EXIT.ok;
    }),
};

/** The import. */
export const generatePolicies: Command = {
  name: 'policies',
  summary: 'Write policies out of OpenSLO',
  help: IMPORT_HELP,
  run: (argv, io) =>
    orUsage(io, async () => {
      const { openslo } = parseFlags({ args: [...argv], options: IMPORT_OPTIONS }).values;
      if (openslo === '') throw new Error('--openslo is missing: name a file with documents of OpenSLO v1');
      const text = openslo === '-' ? await io.readStdin() : await readFile(openslo, 'utf8');
      const { readOpenSlo } = await import('@rollcall/alerts');
      const { policies, losses } = readOpenSlo(text);
      for (const loss of losses) io.err(`note: ${loss}\n`);
      const written = policies.map((policy) => stringify(policy, { lineWidth: 0 })).join('---\n');
      checkPolicies(written, openslo);
      io.out(written);
      return policies.length > 0 ? EXIT.ok : EXIT.no;
    }),
};

/** Throws when the schema of policies refuses what came out: a target that is too low, an indicator that is aimed at twice. */
function checkPolicies(text: string, file: string): void {
  const context = { cluster: '', collectorNamespace: COLLECTOR_NAMESPACE };
  const { rejected } = readPolicyTexts(text === '' ? [] : [{ file, text }], context);
  const faults = rejected.flatMap(({ name, faults: own }) =>
    own.map((fault) => `${file}: policy ${name}: ${formatFault(fault)}`),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

async function orUsage(io: Io, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    io.err(`error: ${message}\nSee 'rollcall generate --help' for usage.\n`);
    return EXIT.usage;
  }
}
