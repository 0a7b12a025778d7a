/** `rollcall verify`: recounts from a fresh list and sets the live server and the DaemonSets' own status beside it. */
import type { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { callRoll, DAEMON_SOURCE_HELP, findRollFault, ROLL_OPTIONS } from './call-roll.ts';
import { createCollectorClient, findServerFault, SERVER_HELP, SERVER_OPTIONS, serverOf } from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { parseFlags } from './parse-flags.ts';
import { printVerification } from './print-verification.ts';
import { readCollector, type Named } from './roll-reader.ts';
import { sleep } from './system-clock.ts';
import { isBad, verifyRoll } from './verify-roll.ts';

const HELP = `Recount from a fresh list, node by node, and set beside it what a live server and each DaemonSet's status say.

Each difference is told with its nodes and its reason: what a single look cannot remember, what the DaemonSet controller does not count, a stale
status. What differs without a reason is looked at three times before it is blamed.

Examples:
  # Does the collector tell the truth
  rollcall verify --server http://127.0.0.1:8090

  # What do the DaemonSets' own counts leave out
  rollcall verify plexd-system/plexd

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
  rollcall verify [NAMESPACE/DAEMONSET ...] [options]

Exit codes: 0 every difference is explained, 1 one is not, 2 bad flags, 3 the cluster or the collector cannot be read.
`;

const OPTIONS = { ...ROLL_OPTIONS, ...SERVER_OPTIONS, output: { type: 'string', short: 'o' } } as const;
const OUTPUTS = ['text', 'json', 'yaml'] as const;
const PAUSE_MS = 1000;

interface Arguments {
  readonly flags: ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];
  readonly names: readonly string[];
  readonly output: (typeof OUTPUTS)[number];
  readonly server: string;
}

/** The command. */
export const verify: Command = {
  name: 'verify',
  summary: 'Recount, and explain what others count differently',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parse(argv, io.env);
    if (typeof parsed === 'string') {
      io.err(`error: ${parsed}\nSee 'rollcall verify --help' for usage.\n`);
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

async function run({ flags, names, output, server }: Arguments, io: Io): Promise<number> {
  const warnings = new Set<string>();
  const verified = await verifyRoll({
    look: async () => {
      const roll = await callRoll(flags, io);
      for (const warning of roll.warnings) warnings.add(warning);
      return roll;
    },
    live: server === '' ? undefined : readCollector(createCollectorClient(server, flags)),
    isMeant: ({ namespace, daemonset }) => names.length === 0 || names.includes(`${namespace}/${daemonset}`),
    pause: () => sleep(PAUSE_MS, io.signal),
  });
  for (const warning of warnings) io.err(`warning: ${warning}\n`);
  const missing = names.filter((name) => !verified.some((own: Named) => `${own.namespace}/${own.daemonset}` === name));
  for (const name of missing)
    io.err(`error: no policy is about the DaemonSet "${name}"; see 'rollcall coverage' for all there are\n`);
  if (output === 'json') io.out(`${JSON.stringify({ items: verified }, undefined, 2)}\n`);
  else if (output === 'yaml') io.out(stringify({ items: verified }, { aliasDuplicateObjects: false }));
  else io.out(printVerification(verified, server !== ''));
  return missing.length > 0 || verified.some(isBad) ? EXIT.no : EXIT.ok;
}

function parse(argv: readonly string[], env: Io['env']): Arguments | string {
  try {
    const { values: flags, positionals: names } = parseFlags({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
    });
    const output = OUTPUTS.find((name) => name === (flags.output ?? 'text'));
    if (output === undefined) return `--output: "${flags.output}" is unknown; use one of ${OUTPUTS.join(', ')}`;
    const bad = names.find((name) => !/^[^/]+\/[^/]+$/.test(name));
    if (bad !== undefined) return `"${bad}" is not NAMESPACE/DAEMONSET; write for example plexd-system/plexd`;
    const server = serverOf(flags, env);
    const fault = server === '' ? findRollFault(flags) : (findServerFault(server, flags) ?? findRollFault(flags));
    return fault ?? { flags, names, output, server };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
