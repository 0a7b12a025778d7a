/** What a net is: a tool with rules that is cast over a tree, be it the repository or the planted one. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** One violation. `line` is there where the tool names one. */
export interface Finding {
  /** A name from the net's own rules. */
  readonly rule: string;
  /** Relative to the root of the tree. */
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

/** What one cast saw and found. */
export interface Catch {
  /** In words, with figures: a net that saw nothing must not look content. */
  readonly seen: string;
  readonly findings: readonly Finding[];
}

/** A tool with rules. Both functions may be called for several trees; neither changes the tree. */
export interface Net {
  readonly name: string;
  /** Whether all findings in the planted tree must be marked there; else the marked ones must be found, and more may be. */
  readonly exact: boolean;
  /** Every rule with the reason that it exists for. */
  readonly readRules: () => Promise<ReadonlyMap<string, string>>;
  /** Throws if the tool itself fails, or saw nothing. */
  readonly cast: (root: string) => Promise<Catch>;
}

/** The folders that hold the project's code, now or later. */
export const FOLDERS = ['collector', 'agent', 'alerts', 'dashboards', 'deploy', 'docs', 'test'];

/** The root of this repository. */
export const REPOSITORY = join(import.meta.dirname, '../..');

/** What a tool printed; a tool that found something exits with 1, which is not a failure. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool of node_modules on the Node of this process, in the root of a tree. Throws if it could not do its work. */
export async function runTool(root: string, [tool, ...args]: readonly [string, ...string[]]): Promise<Output> {
  const script = join(REPOSITORY, 'node_modules', tool);
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  execFile(process.execPath, [script, ...args], { cwd: root, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
    if (error !== null && typeof error.code !== 'number') reject(error);
    else resolve({ stdout, stderr });
  });
  return promise;
}

/** Reads a tool's JSON; throws with what it printed instead. */
export function parseReport(tool: string, { stdout, stderr }: Output): unknown {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`${tool} gave no report:\n${stdout}${stderr}`, { cause });
  }
}
