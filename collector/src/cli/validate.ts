/** `rollcall validate`: checks policies in files before anything reads them. */
import {
  COLLECTOR_NAMESPACE,
  formatFault,
  POLICY_API_VERSION,
  POLICY_KIND,
  type PolicyFault,
} from '@rollcall/contract';
import { settlePolicies } from '../config/policy-conflicts.ts';
import { loadPolicyTexts } from '../config/policy-load.ts';
import {
  readPolicyTexts,
  type PolicyInFile,
  type PolicyReading,
  type PolicyRejection,
  type PolicyText,
} from '../config/policy-text.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { parseFlags } from './parse-flags.ts';

const HELP = `Check DaemonCoverage policies and MaintenanceWindows in files, and report every fault with its field, its value and what mends it.
Two policies for one DaemonSet are a fault. Objects of other kinds are skipped and counted.

Examples:
  # One file, and all *.yaml, *.yml and *.json files of a folder
  rollcall validate policy.yaml ./policies

  # What a template renders
  helm template ./chart | rollcall validate -

Options:
      --collector-namespace='rollcall-system'
                                          policies in this namespace may select DaemonSets of others
  -o, --output=''                         json

Usage:
  rollcall validate FILE|DIR|-... [options]

Exits 0 when every policy is valid and every file has one, 1 when not, 2 for bad flags and files that cannot be read.
`;

const OPTIONS = {
  'collector-namespace': { type: 'string', default: COLLECTOR_NAMESPACE },
  output: { type: 'string', short: 'o', default: '' },
} as const;

/** The command. */
export const validate: Command = {
  name: 'validate',
  summary: 'Check policies in files',
  help: HELP,
  run: async (argv, io) => {
    const request = parseRequest(argv);
    if (typeof request === 'string') {
      io.err(`error: ${request}\nSee 'rollcall validate --help' for usage.\n`);
      return EXIT.usage;
    }
    const texts = await loadTexts(request.paths, io);
    const unread = texts.flatMap((text) =>
      'fault' in text ? [`error: ${text.file}: ${formatFault(text.fault)}\n`] : [],
    );
    if (unread.length > 0) {
      io.err(unread.join(''));
      return EXIT.usage;
    }
    const reading = readPolicyTexts(texts, { cluster: '', collectorNamespace: request.collectorNamespace });
    const reports = texts.map(({ file }) => reportFile(file, reading));
    io.out(request.json ? `${JSON.stringify(reports, undefined, 2)}\n` : reports.map(formatReport).join(''));
    if (reports.length === 0) io.err(`error: ${request.paths.join(', ')}: no *.yaml, *.yml or *.json file is there\n`);
    return reports.length > 0 && reports.every(({ faults }) => faults.length === 0) ? EXIT.ok : EXIT.no;
  },
};

interface Request {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly collectorNamespace: string;
}

function parseRequest(argv: readonly string[]): Request | string {
  try {
    const { values, positionals } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const { output, 'collector-namespace': collectorNamespace } = values;
    if (positionals.length === 0) return 'no FILE is given; name files or folders, or - for standard input';
    if (output !== '' && output !== 'json') return `--output: "${output}" is unknown; use json or leave it out`;
    return { paths: positionals, json: output === 'json', collectorNamespace };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function loadTexts(paths: readonly string[], io: Io): Promise<readonly PolicyText[]> {
  const files = await loadPolicyTexts(paths.filter((path) => path !== '-'));
  return paths.includes('-') ? [...files, { file: '-', text: await io.readStdin() }] : files;
}

/** What was found in one file. */
interface FileReport {
  readonly file: string;
  readonly policies: readonly string[];
  /** Maintenance windows. */
  readonly windows: readonly string[];
  /** Objects of other kinds. */
  readonly skipped: number;
  readonly faults: readonly FaultInFile[];
}

/** A fault and the document that has it, from 1; 0 is the file as a whole. */
interface FaultInFile extends PolicyFault {
  readonly document: number;
}

function reportFile(file: string, reading: PolicyReading): FileReport {
  const accepted = reading.accepted.filter((entry) => entry.file === file);
  const rejected = reading.rejected.filter((entry) => entry.file === file);
  const own = rejected.filter((entry) => !isForeign(entry));
  const skipped = rejected.length - own.length;
  const faults = own.flatMap((entry) => entry.faults.map((fault) => ({ document: entry.document, ...fault })));
  const windows = reading.windows.filter((entry) => entry.file === file);
  const isEmpty = accepted.length + windows.length + own.length === 0;
  return {
    file,
    policies: accepted.map(({ policy }) => `${policy.policyNamespace}/${policy.name}`),
    windows: windows.map(({ window }) => `${window.namespace}/${window.name}`),
    skipped,
    faults: [...faults, ...findConflicts(file, reading.accepted), ...(isEmpty ? [noPolicy(skipped)] : [])],
  };
}

// Whole objects of another kind and group stand beside policies in what a chart renders; a misspelt policy has at least one right.
function isForeign({ faults }: PolicyRejection): boolean {
  const isOther = (field: string, own: string): boolean =>
    faults.some((fault) => fault.field === field && fault.value.startsWith('"') && !fault.value.startsWith(`"${own}`));
  const [group = ''] = POLICY_API_VERSION.split('/');
  return isOther('kind', `${POLICY_KIND}"`) && isOther('apiVersion', `${group}/`);
}

function noPolicy(skipped: number): FaultInFile {
  const message = `holds no policy${skipped > 0 ? `, ${countOthers(skipped)} skipped` : ''}`;
  return { document: 0, field: '', value: '', message, mend: `write a ${POLICY_KIND}, or leave the file out` };
}

function findConflicts(file: string, accepted: readonly PolicyInFile[]): readonly FaultInFile[] {
  const places = new Map(accepted.map((entry) => [entry.policy, entry]));
  return settlePolicies(accepted.map(({ policy }) => policy)).conflicts.flatMap(({ policy, winner }) => {
    const [own, other] = [places.get(policy), places.get(winner)];
    if (own?.file !== file || other === undefined) return [];
    const about = `${winner.policyNamespace}/${winner.name} in ${formatPlace(other)}`;
    return [
      {
        document: own.document,
        field: 'spec.daemonSet.name',
        value: JSON.stringify(policy.daemonset),
        message: `is also the DaemonSet of the policy ${about}, which is the one that is evaluated`,
        mend: 'remove one of them, or name another DaemonSet',
      },
    ];
  });
}

function formatReport({ file, policies, windows, skipped, faults }: FileReport): string {
  if (faults.length > 0)
    return faults
      .map(({ document, ...fault }) => `${formatPlace({ file, document })}: ${formatFault(fault)}\n`)
      .join('');
  const count = policies.length === 1 ? '1 policy' : `${policies.length} policies`;
  const others = skipped > 0 ? `; ${count}, ${countOthers(skipped)} skipped` : '';
  const names = [...policies, ...windows.map((window) => `window ${window}`)];
  return `${file}: ok (${names.join(', ')})${others}\n`;
}

function formatPlace({ file, document }: { readonly file: string; readonly document: number }): string {
  return document === 0 ? file : `${file} (document ${document})`;
}

function countOthers(count: number): string {
  return count === 1 ? '1 other object' : `${count} other objects`;
}
