/** `rollcall exclude`: takes hours of the past out of budgets, or lists who did so. */
import { checkExclusion, type ExclusionsAnswer, type LedgerEntry } from '@rollcall/contract';
import {
  createCollectorClient,
  DEFAULT_SERVER,
  findServerFault,
  SERVER_HELP,
  SERVER_OPTIONS,
  serverOf,
} from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { formatTable } from './format-table.ts';
import { parseFlags } from './parse-flags.ts';

const HELP = `Take whole hours of the last 30 days out of budgets afterwards, or list who did so. The ledger is only added to: an entry names its
author, by the token, and its reason; --revoke takes it back by another one. Counters and past alerts stay as they are.

Examples:
  # Who excluded what
  rollcall exclude --list

  # Two hours of one DaemonSet, in one pool
  rollcall exclude kube-system/agent --from 2027-01-31T13:00:00Z --to 2027-01-31T15:00:00Z --pool gold --reason 'moved racks' --token-file token

  # Not after all
  rollcall exclude --revoke ID --reason 'wrong racks' --token-file token

Options:
${SERVER_HELP.certificateAuthority}      --from=''               the first hour, in RFC 3339
      --list                  list the ledger, oldest entry first
  -o, --output='table'        table or json
      --pool=''               this node pool alone
      --reason=''             why, for those who read a review
      --revoke=''             take back the entry with this id
${SERVER_HELP.server}${SERVER_HELP.tlsServerName}      --to=''                 the end of the last hour, in RFC 3339
${SERVER_HELP.tokenFile}
Usage:
  rollcall exclude [NAMESPACE/DAEMONSET] --from TIME --to TIME --reason TEXT [options]
  rollcall exclude --revoke ID --reason TEXT [options]
  rollcall exclude --list [options]

Exit codes: 0 fine, 2 bad flags, 3 the collector refuses or cannot be reached.
`;

const OPTIONS = {
  ...SERVER_OPTIONS,
  from: { type: 'string' },
  list: { type: 'boolean' },
  output: { type: 'string', short: 'o', default: 'table' },
  pool: { type: 'string' },
  reason: { type: 'string' },
  revoke: { type: 'string' },
  to: { type: 'string' },
} as const;

const PATH = '/api/v1/exclusions';

/** The command. */
export const exclude: Command = {
  name: 'exclude',
  summary: 'Take hours of the past out of budgets, with author and reason',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parse(argv, io.env);
    if (typeof parsed === 'string') {
      io.err(`error: ${parsed}\nSee 'rollcall exclude --help' for usage.\n`);
      return EXIT.usage;
    }
    const client = createCollectorClient(serverOf(parsed.flags, io.env) || DEFAULT_SERVER, parsed.flags);
    try {
      const { body } = parsed;
      const isList = body === undefined;
      const items = isList
        ? ((await client.get(PATH)) as ExclusionsAnswer).items
        : [(await client.post(PATH, body)) as LedgerEntry];
      const said = isList ? '' : items.map(tell).join('');
      io.out(parsed.flags.output === 'json' ? `${JSON.stringify(items, undefined, 2)}\n` : `${said}${print(items)}`);
      return EXIT.ok;
    } catch (error) {
      io.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unreachable;
    }
  },
};

function parse(argv: readonly string[], env: Io['env']) {
  try {
    const { values: flags, positionals } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const body = flags.list === true ? undefined : bodyOf(flags, positionals);
    const fault =
      findOutputFault(flags.output) ??
      (typeof body === 'string' ? body : findServerFault(serverOf(flags, env) || DEFAULT_SERVER, flags));
    return fault ?? { flags, body: body as object | undefined };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function findOutputFault(output: string): string | undefined {
  return ['table', 'json'].includes(output) ? undefined : `--output: "${output}" is unknown; use table or json`;
}

interface ExcludeFlags {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly pool?: string | undefined;
  readonly reason?: string | undefined;
  readonly revoke?: string | undefined;
}

function bodyOf({ from, to, pool, reason, revoke }: ExcludeFlags, names: readonly string[]): object | string {
  if (reason === undefined) return '--reason is missing; say why, for those who read a review';
  if (revoke !== undefined) return { revokes: revoke, reason };
  if (from === undefined || to === undefined) return '--from and --to are missing; name the hours, or use --list';
  const target = targetOf(names);
  if (typeof target === 'string') return target;
  const body = { from, to, reason, ...target, ...(pool === undefined ? {} : { pool }) };
  // Whether it is too old or not yet over is for the collector's clock to say.
  const checked = checkExclusion(body, NaN);
  return checked.ok ? body : checked.fault.replace(/^(?=(from|to|reason|pool):)/, '--');
}

function targetOf([target, ...more]: readonly string[]): object | string {
  if (more.length > 0) return `"${more[0]}" is one name too many; exclude hours of one DaemonSet at a time`;
  if (target === undefined) return {};
  const [namespace, daemonset, ...rest] = target.split('/');
  if (!namespace || !daemonset || rest.length > 0) return `"${target}" is no NAMESPACE/DAEMONSET`;
  return { namespace, daemonset };
}

/** What an entry really takes out: whole hours in UTC, in the words of who asks "and what is gone now?". */
function tell(entry: LedgerEntry): string {
  if (entry.revokes !== '') return `Taken back: ${entry.revokes} excludes nothing any more.\n\n`;
  const hours = (entry.toMs - entry.fromMs) / 3_600_000;
  const span = `${hours} whole ${hours === 1 ? 'hour' : 'hours'} in UTC, from ${time(entry.fromMs)} to ${time(entry.toMs)}`;
  return `Excluded: ${span}, of ${aboutOf(entry)}. Nothing before or after, and no part of an hour.\n\n`;
}

function print(items: readonly LedgerEntry[]): string {
  if (items.length === 0) return 'Nothing was ever excluded.\n';
  const revoked = new Set(items.map(({ revokes }) => revokes));
  const rows = items.map((entry) => [
    entry.id,
    time(entry.recordedMs),
    entry.author,
    entry.revokes === '' ? `${time(entry.fromMs)} to ${time(entry.toMs)}` : `revokes ${entry.revokes}`,
    entry.revokes === '' ? aboutOf(entry) : '',
    `${entry.reason}${revoked.has(entry.id) ? ' (revoked)' : ''}`,
  ]);
  return formatTable([['ID', 'WRITTEN', 'AUTHOR', 'HOURS', 'OF', 'REASON'], ...rows]);
}

function aboutOf({ namespace, daemonset, pool }: LedgerEntry): string {
  const whose = daemonset === '' ? 'all DaemonSets' : `${namespace}/${daemonset}`;
  return pool === '' ? whose : `${whose}, pool ${pool}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}
