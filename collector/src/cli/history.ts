/** `rollcall history`: what became of a node, across policies, newest first, by the journal. */
import type { HistoryAnswer, HistoryItem, MomentRow } from '@rollcall/contract';
import { sayDuration } from '../coverage/index.ts';
import { SERVER_HELP } from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { formatTable } from './format-table.ts';
import { hintAt } from './find-details.ts';
import { findPastFault } from './open-past.ts';
import { parseFlags } from './parse-flags.ts';
import { findRowsFault, PAST_OPTIONS, runPast } from './run-past.ts';

const HELP = `Show what became of a node: its transitions under every policy, joins, restarts and Events, newest first.

Examples:
  # From the collector that runs here
  rollcall history node-7

  # From a file that a collector left behind
  rollcall history node-7 --journal journal.db

Options:
${SERVER_HELP.certificateAuthority}      --journal=''            read this journal instead; no collector may hold it
      --limit=50              so many moments at most
  -o, --output='table'        table, json or yaml
${SERVER_HELP.server}${SERVER_HELP.tlsServerName}${SERVER_HELP.tokenFile}
Usage:
  rollcall history NODE [options]

Exit codes: 0 fine, 1 nothing is known of the node, 2 bad flags, 3 the collector or the file cannot be read.
`;

const OPTIONS = { ...PAST_OPTIONS, limit: { type: 'string', default: '50' } } as const;

/** The command. */
export const history: Command = {
  name: 'history',
  summary: 'Show what became of a node, newest first',
  help: HELP,
  run: runPast({
    name: 'history',
    parse,
    ask: async (past, { node, limit }) => {
      const answer = await past.history(node, limit);
      const names = answer.items.length > 0 ? [] : await past.nodeNames();
      return names.length === 0 ? answer : { ...answer, hint: hintAt(names, node) };
    },
    table: print,
    judge: ({ items }) => (items.length === 0 ? EXIT.no : EXIT.ok),
  }),
};

function parse(argv: readonly string[], env: Io['env']) {
  const { values: flags, positionals } = parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const [node, ...more] = positionals;
  if (node === undefined) return 'no node is named; write for example: rollcall history node-7';
  if (more.length > 0) return `"${more[0]}" is one name too many; ask for one node at a time`;
  const fault = findRowsFault(flags, 'moments') ?? findPastFault(flags, env);
  return fault ?? { flags, node: node.replace(/^nodes?\//, ''), limit: Number(flags.limit) };
}

function print({ hint, ...answer }: HistoryAnswer & { readonly hint?: string }): string {
  if (answer.items.length === 0)
    return `Nothing is known of a node ${answer.node}${hint === undefined ? '' : `; ${hint}`}\n`;
  return formatTable([['WHEN', 'FOR', 'DAEMONSET', 'WHAT', 'SEEN'], ...answer.items.map(toCells)]);
}

function toCells({ at, namespace, daemonset, durationMs, row }: HistoryItem): readonly string[] {
  const held = durationMs === null ? 'until now' : sayDuration(durationMs);
  const [what, seen] = tell(row);
  return [at.replace(/\.\d+Z$/, 'Z'), row.kind === 'transition' ? held : '', `${namespace}/${daemonset}`, what, seen];
}

function tell(row: MomentRow): readonly [what: string, seen: string] {
  switch (row.kind) {
    case 'transition':
      return [row.reason === '' ? row.to : `${row.to}: ${row.reason}`, row.evidence];
    case 'join': {
      const stages = Object.entries(row.stages).map(([stage, ms]) => `${stage} ${(ms / 1000).toFixed(1)} s`);
      return [`joined, ${row.outcome.replace('_', ' ')}`, stages.join(', ')];
    }
    case 'restart':
      return [
        `${row.container} restarted${row.count > 1 ? ` ${row.count} times` : ''}`,
        `${row.reason} ${row.message}`,
      ];
    case 'event':
      return [
        `${row.type}: ${row.reason}`,
        `${row.object}: ${row.message}${row.count > 1 ? ` (${row.count} times)` : ''}`,
      ];
  }
}
