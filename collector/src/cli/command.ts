/** What a command of `rollcall` is: parse flags, call, print; it never ends the process itself. */

/** The world as a command sees it. `signal` aborts when the user interrupts. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly readStdin: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** Exit codes, the same for every command and documented in the README. */
export const EXIT = { ok: 0, no: 1, usage: 2, unreachable: 3 } as const;

/** One command: `run` gets the arguments behind its name and answers the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  run(argv: readonly string[], io: Io): Promise<number>;
}
