/** `rollcall top`: which nodes and reasons cost the most coverage in a window, by the journal. */
import { parseDuration, type TopAnswer } from '@rollcall/contract';
import { sayDuration } from '../coverage/index.ts';
import { SERVER_HELP } from './collector-client.ts';
import type { Command, Io } from './command.ts';
import { formatTable } from './format-table.ts';
import { findPastFault } from './open-past.ts';
import { parseFlags } from './parse-flags.ts';
import { findRowsFault, PAST_OPTIONS, runPast } from './run-past.ts';

const HELP = `Show what cost the most coverage: reasons and nodes by uncovered node-time in a window, the most first, and how late
what daemons sent came in its hours.

Examples:
  # The last day, from the collector that runs here
  rollcall top

  # One DaemonSet's last week
  rollcall top plexd-system/plexd --window 7d

  # From a file that a collector left behind
  rollcall top --journal journal.db

Options:
${SERVER_HELP.certificateAuthority}      --journal=''            read this journal instead; no collector may hold it
      --limit=20              so many nodes at most
  -n, --namespace=''          only DaemonSets of this namespace
  -o, --output='table'        table, json or yaml
${SERVER_HELP.server}${SERVER_HELP.tlsServerName}${SERVER_HELP.tokenFile}      --window=24h            how far back, at most 30d

Usage:
  rollcall top [[NAMESPACE/]DAEMONSET] [options]

Exit codes: 0 fine, 2 bad flags, 3 the collector or the file cannot be read.
`;

const OPTIONS = {
  ...PAST_OPTIONS,
  limit: { type: 'string', default: '20' },
  namespace: { type: 'string', short: 'n' },
  window: { type: 'string', default: '24h' },
} as const;

const LONGEST_MS = 30 * 86_400_000;

/** The command. */
export const top: Command = {
  name: 'top',
  summary: 'Show which nodes and reasons cost the most coverage',
  help: HELP,
  run: runPast({
    name: 'top',
    parse,
    ask: (past, { query }) => past.top(query),
    table: (answer, { query }) => print(answer, query),
  }),
};

function parse(argv: readonly string[], env: Io['env']) {
  const { values: flags, positionals } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const [name, ...more] = positionals;
  if (more.length > 0) return `"${more[0]}" is one name too many; ask for one DaemonSet at a time`;
  const { window } = flags;
  const windowMs = parseDuration(window) ?? 0;
  if (windowMs <= 0 || windowMs > LONGEST_MS)
    return `--window: "${window}" is no window; write for example 24h or 7d, at most 30d`;
  const fault = findRowsFault(flags, 'nodes') ?? findPastFault(flags, env);
  if (fault !== undefined) return fault;
  const [namespace, daemonset] = name === undefined ? [flags.namespace] : splitName(name, flags.namespace);
  return { flags, query: { window, windowMs, limit: Number(flags.limit), namespace, daemonset } };
}

function splitName(name: string, namespace: string | undefined): readonly [string | undefined, string] {
  const slash = name.indexOf('/');
  return slash < 0 ? [namespace, name] : [name.slice(0, slash), name.slice(slash + 1)];
}

const IN_MEMORY =
  'Without --journal a collector remembers only what it saw since it began: the last 5,000 transitions, and lags of the running hour.\n';

/** What the sentence about an empty answer needs. */
interface Asked {
  readonly window: string;
  readonly daemonset?: string | undefined;
}

function print(answer: TopAnswer, { window, daemonset }: Asked): string {
  const note = answer.durable ? '' : `\n${IN_MEMORY}`;
  const lags = answer.lags.length === 0 ? '' : `\n${formatTable(lagRows(answer))}`;
  const unsure = daemonset === undefined ? '' : ' under that name; rollcall coverage lists the names';
  if (answer.nodes.length === 0) return `No node was uncovered in the last ${window}${unsure}.\n${lags}${note}`;
  const more = answer.notListed === 0 ? '' : `and ${answer.notListed} more nodes (--limit)\n`;
  return `${formatTable(reasonRows(answer))}\n${formatTable(nodeRows(answer))}${more}${lags}${note}`;
}

function lagRows({ lags }: TopAnswer): readonly (readonly string[])[] {
  const rows = lags.map(({ namespace, daemonset, count, ...quantiles }) => [
    `${namespace}/${daemonset}`,
    String(count),
    ...[quantiles.p50Ms, quantiles.p95Ms, quantiles.p99Ms].map((ms) => `${(ms / 1000).toFixed(1)} s`),
  ]);
  return [['INGESTION LAG', 'REPORTS', 'P50', 'P95', 'P99'], ...rows];
}

function reasonRows({ reasons }: TopAnswer): readonly (readonly string[])[] {
  const rows = reasons.map(({ namespace, daemonset, reason, owner, nodes, lostMs }) => [
    reason,
    owner,
    `${namespace}/${daemonset}`,
    String(nodes),
    sayDuration(lostMs),
  ]);
  return [['REASON', 'OWNER', 'DAEMONSET', 'NODES', 'LOST'], ...rows];
}

function nodeRows({ nodes }: TopAnswer): readonly (readonly string[])[] {
  const rows = nodes.map(({ node, namespace, daemonset, pool, lostMs, reasons }) => [
    node,
    `${namespace}/${daemonset}`,
    pool,
    sayDuration(lostMs),
    reasons.map(({ reason, ms }) => `${reason} ${sayDuration(ms)}`).join(', '),
  ]);
  return [['NODE', 'DAEMONSET', 'POOL', 'LOST', 'BY REASON'], ...rows];
}
