/** `rollcall slo`: objectives with what is left of their budgets, targets by history, and what alerts will see before anything is installed. */
import type { ObjectivesAnswer } from '@rollcall/contract';
import {
  createCollectorClient,
  DEFAULT_SERVER,
  findServerFault,
  SERVER_HELP,
  SERVER_OPTIONS,
  serverOf,
} from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { parseFlags } from './parse-flags.ts';
import { forecastTable, readForecasts } from './slo-plan.ts';
import { budgetTable, suggestionTable } from './slo-table.ts';

const HELP = `Show what is left of the error budgets, suggest targets, or say before anything is installed what alerts will see.

Budgets come from the journal of a running collector, as of the last minute. A rolling window ends now: of the hour that its
beginning cuts, the share within counts. "met" is said only if the objective is met even if all unobserved time was bad.

Examples:
  # Every objective
  rollcall slo

  # One DaemonSet, as JSON
  rollcall slo kube-system/agent --output json

  # Targets that nine of ten past windows would have met
  rollcall slo suggest

  # The smallest loss that each tier tells of, and the time to its alert
  rollcall slo plan --nodes 3,5,10,50,100 -f policies/

Options:
${SERVER_HELP.certificateAuthority}  -f, --filename=''           plan: policy file or folder, may be given again; without one, coverage of 99 % over 30d
      --nodes=3,5,10,50,100   plan: sizes of fleets
  -o, --output='table'        table or json
${SERVER_HELP.server}${SERVER_HELP.tlsServerName}${SERVER_HELP.tokenFile}
Usage:
  rollcall slo [NAMESPACE/DAEMONSET] [options]
  rollcall slo suggest [NAMESPACE/DAEMONSET] [options]
  rollcall slo plan [options]

Exit codes: 0 fine, 2 bad flags or policies, 3 the collector cannot be read.
`;

const OPTIONS = {
  ...SERVER_OPTIONS,
  filename: { type: 'string', short: 'f', multiple: true },
  nodes: { type: 'string', default: '3,5,10,50,100' },
  output: { type: 'string', short: 'o', default: 'table' },
} as const;

/** The command. */
export const slo: Command = {
  name: 'slo',
  summary: 'Show what is left of error budgets, and suggest and plan objectives',
  help: HELP,
  run: async (argv, io) => {
    const parsed = parse(argv, io.env);
    if (typeof parsed === 'string') return refuse(io, parsed);
    return parsed.verb === 'plan' ? printPlan(parsed, io) : printBudgets(parsed, io);
  },
};

interface Parsed {
  readonly flags: ReturnType<typeof readFlags>['values'];
  readonly verb: 'budgets' | 'suggest' | 'plan';
  /** NAMESPACE/DAEMONSET; undefined for all. */
  readonly name: string | undefined;
  readonly nodes: readonly number[];
}

function readFlags(argv: readonly string[]) {
  return parseFlags({ args: [...argv], options: OPTIONS, allowPositionals: true });
}

function parse(argv: readonly string[], env: Io['env']): Parsed | string {
  try {
    const { values: flags, positionals } = readFlags(argv);
    const [first, ...others] = positionals;
    const verb = first === 'suggest' || first === 'plan' ? first : 'budgets';
    const [name, ...more] = verb === 'budgets' ? positionals : others;
    const nodes = flags.nodes.split(',').map(Number);
    const fault = findNameFault(verb, name, more) ?? findFault(flags, nodes, env);
    return fault ?? { flags, verb, name, nodes };
  } catch (error) {
    return sayError(error);
  }
}

function findNameFault(verb: Parsed['verb'], name: string | undefined, more: readonly string[]): string | undefined {
  if (more.length > 0) return `"${more[0]}" is one name too many; ask for one DaemonSet at a time`;
  if (name === undefined) return undefined;
  if (verb === 'plan') return `"${name}": a plan is of policies; name their files with -f`;
  return /^[^/]+[/][^/]+$/.test(name)
    ? undefined
    : `"${name}" is no NAMESPACE/DAEMONSET; write for example kube-system/agent`;
}

const MOST_NODES = 1_000_000;

function findFault(flags: Parsed['flags'], nodes: readonly number[], env: Io['env']): string | undefined {
  if (!['table', 'json'].includes(flags.output)) return `--output: "${flags.output}" is unknown; use table or json`;
  if (nodes.some((count) => !Number.isInteger(count) || count < 1 || count > MOST_NODES))
    return `--nodes: "${flags.nodes}" is no list of sizes; write for example 5,50`;
  const server = serverOf(flags, env);
  return server === '' ? undefined : findServerFault(server, flags);
}

async function printBudgets({ flags, verb, name }: Parsed, io: Io): Promise<number> {
  try {
    const client = createCollectorClient(serverOf(flags, io.env) || DEFAULT_SERVER, flags);
    const answer = (await client.get('/api/v1/objectives')) as ObjectivesAnswer | undefined;
    if (answer === undefined) throw new Error(`${client.url} keeps no budgets: it is of an older version`);
    const items = answer.items.filter((own) => name === undefined || `${own.namespace}/${own.daemonset}` === name);
    if (name !== undefined && items.length === 0) return refuse(io, `no policy is about DaemonSet ${name}`);
    const own = { ...answer, items };
    const table = verb === 'suggest' ? suggestionTable : budgetTable;
    io.out(flags.output === 'json' ? toJson(own) : table(own));
    return EXIT.ok;
  } catch (error) {
    io.err(`error: ${sayError(error)}\n`);
    return EXIT.unreachable;
  }
}

async function printPlan({ flags, nodes }: Parsed, io: Io): Promise<number> {
  const { forecasts, faults } = await readForecasts(flags.filename ?? [], nodes);
  if (faults.length > 0) {
    io.err(faults.map((fault) => `error: ${fault}\n`).join(''));
    return EXIT.usage;
  }
  io.out(flags.output === 'json' ? toJson(forecasts) : forecastTable(forecasts));
  return EXIT.ok;
}

function refuse(io: Io, fault: string): number {
  io.err(`error: ${fault}\nSee 'rollcall slo --help' for usage.\n`);
  return EXIT.usage;
}

function toJson(answer: unknown): string {
  return `${JSON.stringify(answer, undefined, 2)}\n`;
}

function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
