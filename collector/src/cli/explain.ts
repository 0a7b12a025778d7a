/** `rollcall explain`: says of one node why it is covered or not, by a fresh look or by a running collector. */
import type { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { DAEMON_SOURCE_HELP, findRollFault, openRoll, repeatFlags, ROLL_OPTIONS } from './call-roll.ts';
import { createCollectorClient, findServerFault, SERVER_HELP, SERVER_OPTIONS, serverOf } from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { findDetails, type NotFound } from './find-details.ts';
import { parseFlags } from './parse-flags.ts';
import { printExplanation, printHeadline, type Explanation, type Telling } from './print-explanation.ts';
import { readAnswers, readCollector, type RollReader } from './roll-reader.ts';

const HELP = `Say of one node why it is covered or not: what is wrong, what to do, and the chain of checks that shows it.

Without a DaemonSet: every policy on that node, the worst first, each that is well in one line.
A node that is missing altogether is named as 'rollcall coverage' names it: missing/POOL/1.

Examples:
  # What is wrong with this node
  rollcall explain node-7

  # Why does it not run this one
  rollcall explain node-7 plexd-system/plexd

  # With its past, from a running collector
  rollcall explain node-7 plexd --server http://127.0.0.1:8090

Options:
${SERVER_HELP.certificateAuthority}      --collector-namespace='rollcall-system'
                              policies in this namespace may select DaemonSets of others
      --context=''            the kubeconfig context to use
${DAEMON_SOURCE_HELP}      --discover=false        look at DaemonSets without a policy too
      --kubeconfig=''         path to the kubeconfig; default $KUBECONFIG, ~/.kube/config, in-cluster
  -o, --output='text'         text, json or yaml
      --policy=[]             file or folder with DaemonCoverage policies; may be given several times
${SERVER_HELP.server}${SERVER_HELP.tlsServerName}${SERVER_HELP.tokenFile}
Usage:
  rollcall explain NODE [[NAMESPACE/]DAEMONSET] [options]

Exit codes: 0 covered, or not meant to be counted; 1 not covered, or nobody can tell; 2 bad flags, or no such node or
DaemonSet; 3 the cluster or the collector cannot be read.
`;

const OPTIONS = { ...ROLL_OPTIONS, ...SERVER_OPTIONS, output: { type: 'string', short: 'o' } } as const;
const OUTPUTS = ['text', 'json', 'yaml'] as const;

interface Arguments {
  readonly flags: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];
  readonly node: string;
  readonly daemonSet: string | undefined;
  readonly output: (typeof OUTPUTS)[number];
  readonly server: string;
}

/** The command. */
export const explain: Command = {
  name: 'explain',
  summary: 'Say why a node is not covered, and what to do',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parse(argv, io.env);
    if (typeof parsed === 'string') {
      io.err(`error: ${parsed}\nSee 'rollcall explain --help' for usage.\n`);
      return EXIT.usage;
    }
    try {
      return await run(parsed, io);
    } catch (error) {
      io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unreachable;
    }
  },
};

async function run(args: Arguments, io: Io): Promise<number> {
  const { reader, close } = await openReader(args, io);
  const found = await findDetails(reader, args).finally(close);
  if ('fault' in found) return refuse(found, io);
  const telling: Telling = {
    now: Date.now(),
    remembers: args.server !== '',
    // The commands that are printed go to the cluster that the flags name, also when a collector was asked.
    kubectlFlags: repeatFlags(args.flags, ['kubeconfig', 'context']),
  };
  io.out(print(found.explanations, args, telling));
  return found.explanations.some(({ detail }) => BAD.includes(detail.state)) ? EXIT.no : EXIT.ok;
}

const BAD: readonly string[] = ['uncovered', 'unobserved'];

function refuse({ fault }: NotFound, io: Io): number {
  io.err(`error: ${fault}\n`);
  return EXIT.usage;
}

async function openReader(
  { server, flags }: Arguments,
  io: Io,
): Promise<{ readonly reader: RollReader; close(): void }> {
  if (server !== '') return { reader: readCollector(createCollectorClient(server, flags)), close: () => undefined };
  const { roll, close } = await openRoll(flags, io);
  for (const warning of roll.warnings) io.err(`warning: ${warning}\n`);
  return { reader: readAnswers(roll.answers), close };
}

function parse(argv: readonly string[], env: Io['env']): Arguments | string {
  try {
    const { values: flags, positionals } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [node, daemonSet, ...more] = positionals;
    if (node === undefined) return 'no node is named; write for example: rollcall explain node-7';
    if (more.length > 0) return `"${more[0]}" is one name too many; ask for one node and one DaemonSet at a time`;
    const output = OUTPUTS.find((name) => name === (flags.output ?? 'text'));
    if (output === undefined) return `--output: "${flags.output}" is unknown; use one of ${OUTPUTS.join(', ')}`;
    const server = serverOf(flags, env);
    const fault = server === '' ? findRollFault(flags) : findServerFault(server, flags);
    return fault ?? { flags, node: node.replace(/^nodes?\//, ''), daemonSet, output, server };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function print(explanations: readonly Explanation[], { output, daemonSet }: Arguments, telling: Telling): string {
  if (output !== 'text') {
    const items = explanations.map(({ detail, ...names }) => ({ ...names, ...withoutMemory(detail, telling) }));
    return output === 'json'
      ? `${JSON.stringify({ items }, undefined, 2)}\n`
      : stringify({ items }, { aliasDuplicateObjects: false });
  }
  const isWhole = ({ detail }: Explanation): boolean => daemonSet !== undefined || BAD.includes(detail.state);
  const whole = explanations.filter(isWhole).map((own) => printExplanation(own, telling));
  const lines = explanations.filter((own) => !isWhole(own)).map((own) => printHeadline(own, telling));
  const memory = telling.remembers ? '' : NOT_EVALUATED;
  return [...whole, lines.join(''), memory].filter((part) => part !== '').join('\n');
}

/** What a single look would have to make up is left out: to it everything began this moment. */
function withoutMemory(detail: Explanation['detail'], { remembers }: Telling): Partial<Explanation['detail']> {
  const { since, transitions, ...seen } = detail;
  return remembers ? { since, transitions, ...seen } : seen;
}

const NOT_EVALUATED =
  'Not evaluated in a single look: since when, what was before, label drift, used-up excuses (a running collector knows: --server).\n';
