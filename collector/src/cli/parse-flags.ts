/** Flags of a command: as Node parses them, with words for an unknown one that say what to write. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { findNearest } from '@rollcall/contract';

/** Parses as `parseArgs` does. Throws an Error whose message names the flag and the mend. */
export function parseFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, flag] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
    if (flag === undefined) throw error;
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    const nearest = findNearest(flag, known);
    throw new Error(
      `${flag} is unknown; ${nearest === undefined ? `use one of ${known.join(', ')}` : `write ${nearest}`}`,
      {
        cause: error,
      },
    );
  }
}
