/** What the commands about the past share: their flags, and how they come from flags to an answer or an exit code. */
import { stringify } from 'yaml';
import { SERVER_OPTIONS } from './collector-client.ts';
import { EXIT, type Command, type Io } from './command.ts';
import { openPast, type Past, type PastFlags } from './open-past.ts';

/** Flags that every such command has, for parseArgs. */
export const PAST_OPTIONS = {
  ...SERVER_OPTIONS,
  journal: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'table' },
} as const;

/** More rows than these are not asked for at once. */
const MOST_ROWS = 1_000;

const OUTPUTS = ['table', 'json', 'yaml'];

/** What is parsed of a command's arguments. */
interface Parsed {
  readonly flags: PastFlags & { readonly output: string };
}

/** A command: what it asks for and how it says the answer. `parse` may throw; a text that it answers says what is wrong. */
export interface PastCommand<Asked extends Parsed, Answer> {
  readonly name: string;
  parse(argv: readonly string[], env: Io['env']): Asked | string;
  ask(past: Past, asked: Asked): Promise<Answer>;
  table(answer: Answer, asked: Asked): string;
  /** Exit code; 0 without. */
  judge?(answer: Answer): number;
}

/** What a command runs. */
export function runPast<Asked extends Parsed, Answer>(command: PastCommand<Asked, Answer>): Command['run'] {
  return async (argv, io) => {
    const asked = parseBy(command, argv, io.env);
    if (typeof asked === 'string') {
      io.err(`error: ${asked}\nSee 'rollcall ${command.name} --help' for usage.\n`);
      return EXIT.usage;
    }
    try {
      const answer = await command.ask(await openPast(asked.flags, io.env), asked);
      io.out(print(asked.flags.output, answer) ?? command.table(answer, asked));
      return command.judge?.(answer) ?? EXIT.ok;
    } catch (error) {
      io.err(`error: ${sayError(error)}\n`);
      return EXIT.unreachable;
    }
  };
}

function parseBy<Asked extends Parsed, Answer>(
  command: PastCommand<Asked, Answer>,
  argv: readonly string[],
  env: Io['env'],
): Asked | string {
  try {
    return command.parse(argv, env);
  } catch (error) {
    return sayError(error);
  }
}

function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong with the form and the number of rows that are asked for; undefined if nothing is. */
export function findRowsFault(
  { output, limit }: { readonly output: string; readonly limit: string },
  what: string,
): string | undefined {
  if (!OUTPUTS.includes(output)) return `--output: "${output}" is unknown; use one of ${OUTPUTS.join(', ')}`;
  const rows = Number(limit);
  if (!Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS)
    return `--limit: "${limit}" is no number of ${what}; write 1 to ${MOST_ROWS}`;
  return undefined;
}

function print(output: string, answer: unknown): string | undefined {
  if (output === 'json') return `${JSON.stringify(answer, undefined, 2)}\n`;
  return output === 'yaml' ? stringify(answer, { aliasDuplicateObjects: false }) : undefined;
}
