/** `rollcall validate`: checks policies in files before anything reads them. */
import { parseArgs } from 'node:util';
import { COLLECTOR_NAMESPACE, formatFault } from '@rollcall/contract';
import { loadPolicyTexts } from '../config/policy-load.ts';
import { readPolicyTexts, type PolicyReading, type PolicyText } from '../config/policy-text.ts';
import { EXIT, type Command, type Io } from './command.ts';

const HELP = `Check DaemonCoverage policies in files, and report every fault with its field, its value and what mends it.

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

Exits 0 when every document is a valid policy, 1 when one is not or there is none, 2 for bad flags.
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
    const reading = readPolicyTexts(texts, { cluster: '', collectorNamespace: request.collectorNamespace });
    const reports = texts.map(({ file }) => reportFile(file, reading));
    io.out(request.json ? `${JSON.stringify(reports, undefined, 2)}\n` : reports.map(formatReport).join(''));
    if (reports.length === 0) io.err(`error: ${request.paths.join(', ')}: no *.yaml, *.yml or *.json file is there\n`);
    return reports.length > 0 && reading.rejected.length === 0 ? EXIT.ok : EXIT.no;
  },
};

interface Request {
  readonly paths: readonly string[];
  readonly json: boolean;
  readonly collectorNamespace: string;
}

function parseRequest(argv: readonly string[]): Request | string {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
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
  readonly faults: readonly {
    readonly document: number;
    readonly field: string;
    readonly value: string;
    readonly message: string;
    readonly mend: string;
  }[];
}

function reportFile(file: string, { accepted, rejected }: PolicyReading): FileReport {
  return {
    file,
    policies: accepted
      .filter((entry) => entry.file === file)
      .map(({ policy }) => `${policy.policyNamespace}/${policy.name}`),
    faults: rejected
      .filter((entry) => entry.file === file)
      .flatMap(({ document, faults }) => faults.map((fault) => ({ document, ...fault }))),
  };
}

function formatReport({ file, policies, faults }: FileReport): string {
  if (faults.length === 0) return `${file}: ok (${policies.join(', ')})\n`;
  return faults.map(({ document, ...fault }) => `${file}:${document} ${formatFault(fault)}\n`).join('');
}
