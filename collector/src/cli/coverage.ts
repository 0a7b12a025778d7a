/** `rollcall coverage`: calls the roll once, straight against a cluster, and prints who answered. */
import type { parseArgs } from 'node:util';
import type { PolicySummary } from '@rollcall/contract';
import { stringify } from 'yaml';
import { callRoll, DAEMON_SOURCE_HELP, findRollFault, repeatFlags, ROLL_OPTIONS } from './call-roll.ts';
import {
  createCollectorClient,
  DEFAULT_SERVER,
  findServerFault,
  SERVER_HELP,
  SERVER_OPTIONS,
  serverOf,
} from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { isBelow, parsePercentage, type Percentage } from './fail-below.ts';
import { parseFlags } from './parse-flags.ts';
import { printCoverage, type CoverageItem } from './print-coverage.ts';
import type { Named } from './roll-reader.ts';
import type { RollCall } from './take-roll.ts';
import { watchCoverage } from './watch-coverage.ts';

const HELP = `Call the roll once and print which nodes should run each DaemonSet and which really do.

Without any policy every DaemonSet is looked at, with the scope inferred from its template.

Examples:
  # The whole cluster
  rollcall coverage

  # One DaemonSet, with every uncovered node and what was seen
  rollcall coverage plexd-system/plexd -o wide

  # In CI: fail unless 99 % of the expected nodes are covered now
  rollcall coverage plexd-system/plexd --fail-below 99

  # Whatever changes, from a running collector
  rollcall coverage --watch

Options:
${SERVER_HELP.certificateAuthority}      --collector-namespace='rollcall-system'
                              policies in this namespace may select DaemonSets of others
      --context=''            the kubeconfig context to use
${DAEMON_SOURCE_HELP}      --discover=false        look at DaemonSets without a policy too
      --fail-below=PERCENT    exit 1 when covered / expected of any DaemonSet is lower; what is unobserved counts
                              against it, and nothing expected fails
      --kubeconfig=''         path to the kubeconfig; default $KUBECONFIG, ~/.kube/config, in-cluster
  -n, --namespace=''          only DaemonSets of this namespace
  -o, --output='table'        table, wide, json or yaml; with --watch table, or json with one document a line
      --policy=[]             file or folder with DaemonCoverage policies; may be given several times
      --server=''             with --watch: the running collector; default $ROLLCALL_SERVER or ${DEFAULT_SERVER}
${SERVER_HELP.tlsServerName}${SERVER_HELP.tokenFile}  -w, --watch=false           follow a running collector: a line for each change until you interrupt

Usage:
  rollcall coverage [NAMESPACE/DAEMONSET ...] [options]

Exit codes: 0 fine, 1 below --fail-below or a policy is rejected, 2 bad flags, 3 the cluster or the collector cannot be read.
`;

const OPTIONS = {
  ...ROLL_OPTIONS,
  ...SERVER_OPTIONS,
  'fail-below': { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string', short: 'o' },
  watch: { type: 'boolean', short: 'w' },
} as const;

const OUTPUTS = ['table', 'wide', 'json', 'yaml'] as const;

type Output = (typeof OUTPUTS)[number];

interface Arguments {
  readonly flags: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];
  readonly names: readonly string[];
  readonly output: Output;
  readonly failBelow: Percentage | undefined;
}

/** The command. */
export const coverage: Command = {
  name: 'coverage',
  summary: 'Call the roll once and print who answered',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parse(argv, io.env);
    if (typeof parsed === 'string') {
      io.err(`error: ${parsed}\nSee 'rollcall coverage --help' for usage.\n`);
      return EXIT.usage;
    }
    try {
      return await (parsed.flags.watch === true ? follow(parsed, io) : run(parsed, io));
    } catch (error) {
      io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unreachable;
    }
  },
};

async function run({ flags, names, output, failBelow }: Arguments, io: Io): Promise<number> {
  const roll = await callRoll(flags, io);
  const items = pickItems(roll, { names, namespace: flags.namespace });
  const missing = names.filter((name) => !items.some(({ policy }) => nameOf(policy) === name));
  for (const warning of roll.warnings) io.err(`warning: ${warning}\n`);
  for (const name of missing) io.err(`error: no policy is about the DaemonSet "${name}"; ${HINT}\n`);
  if (roll.discovered)
    io.err('No DaemonCoverage policy found: every DaemonSet is looked at, denominators are inferred.\n');
  io.out(print(items, output, repeatFlags(flags, REPEATED)));
  // A rejected policy is never good enough.
  const isBad = missing.length > 0 || items.some(({ policy }) => isRejected(policy));
  const policies = items.map(({ policy }) => policy);
  return isBad || (failBelow !== undefined && isBelow(policies, failBelow)) ? EXIT.no : EXIT.ok;
}

/** What `explain` has to be told to see the same. */
const REPEATED = ['collector-namespace', 'context', 'daemon-source', 'discover', 'kubeconfig', 'policy'] as const;

const HINT = "see 'rollcall coverage' for all there are, and --discover for those without a policy";

function parse(argv: readonly string[], env: Io['env']): Arguments | string {
  try {
    const { values: flags, positionals: names } = parseFlags({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    });
    const output = OUTPUTS.find((name) => name === (flags.output ?? 'table'));
    if (output === undefined) return `--output: "${flags.output}" is unknown; use one of ${OUTPUTS.join(', ')}`;
    const bad = names.find((name) => !/^[^/]+\/[^/]+$/.test(name));
    if (bad !== undefined) return `"${bad}" is not NAMESPACE/DAEMONSET; write for example plexd-system/plexd`;
    const { 'fail-below': wanted } = flags;
    const failBelow = wanted === undefined ? undefined : parsePercentage(wanted);
    const fault = findWatchFault(flags, env);
    if (fault !== undefined) return fault;
    if (failBelow === undefined && wanted !== undefined)
      return `--fail-below: "${wanted}" is no percentage; give a number from 0 to 100, for example 99`;
    return findRollFault(flags) ?? { flags, names, output, failBelow };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What goes with --watch, and what does not: the collector was told its own cluster and policies. */
function findWatchFault(flags: Arguments['flags'], env: Io['env']): string | undefined {
  const { watch, server, output = 'table' } = flags;
  const given = Object.keys(flags);
  if (watch !== true) {
    const alone = Object.keys(SERVER_OPTIONS).find((name) => given.includes(name));
    return alone === undefined ? undefined : `--${alone} goes with --watch; a single look asks the cluster itself`;
  }
  const other = [...Object.keys(ROLL_OPTIONS), 'fail-below'].find((name) => given.includes(name));
  if (other !== undefined)
    return `--${other} is not for --watch: a running collector is asked, which has flags of its own`;
  if (output !== 'table' && output !== 'json') return `--output: "${output}" is not for --watch; use table or json`;
  return findServerFault(serverOf({ server }, env) || DEFAULT_SERVER, flags);
}

async function follow({ flags, names, output }: Arguments, io: Io): Promise<number> {
  const client = createCollectorClient(serverOf(flags, io.env) || DEFAULT_SERVER, flags);
  const isMeant = (policy: Named): boolean => isWanted(policy, { names, namespace: flags.namespace });
  await watchCoverage({ client, isMeant, json: output === 'json' }, io);
  return EXIT.ok;
}

interface Wanted {
  readonly names: readonly string[];
  readonly namespace: string | undefined;
}

function isWanted(policy: Named, { names, namespace }: Wanted): boolean {
  const named = names.length === 0 || names.includes(nameOf(policy));
  return named && (namespace === undefined || policy.namespace === namespace);
}

function pickItems({ answers }: RollCall, wanted: Wanted): readonly CoverageItem[] {
  const policies = answers.policies().filter((policy) => isWanted(policy, wanted));
  return policies.map((summary) => {
    if (isRejected(summary)) return { policy: summary, uncovered: [] };
    const policy = answers.policy(summary.namespace, summary.daemonset) ?? summary;
    const query = { state: 'uncovered', limit: Infinity } as const;
    return { policy, uncovered: answers.nodes(summary.namespace, summary.daemonset, query)?.items ?? [] };
  });
}

function nameOf({ namespace, daemonset }: Named): string {
  return `${namespace}/${daemonset}`;
}

function isRejected({ conditions }: PolicySummary): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'False');
}

function print(items: readonly CoverageItem[], output: Output, flags: string): string {
  if (output === 'json') return `${JSON.stringify({ items }, undefined, 2)}\n`;
  // No aliases: whoever reads one item need not look for another.
  if (output === 'yaml') return stringify({ items }, { aliasDuplicateObjects: false });
  return printCoverage(items, output === 'wide', flags);
}
