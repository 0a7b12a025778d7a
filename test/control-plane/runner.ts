/** Starts and kills single components of a control plane. */
import { readFile } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import { argumentsOf, healthUrl, type ComponentName, type Setup } from './components.ts';
import { startHealthy } from './health.ts';
import type { Running, Workspace } from './workspace.ts';

/** Starts and kills the components of one control plane. */
export interface Runner {
  /** Starts a component that does not run (after `kill`, or KWOK for the first time) and waits until it is healthy; throws with its log if it is not. */
  readonly start: (name: ComponentName) => Promise<void>;
  /** Kills a component as a crash would and waits for its end; its data and port are kept. Does nothing if it does not run. */
  readonly kill: (name: ComponentName) => Promise<void>;
}

/** A runner for the programs, with their files in the workspace. */
export function createRunner(workspace: Workspace, binaries: Binaries, setup: Setup): Runner {
  const started = new Map<ComponentName, Running>();
  return {
    start: async (name) => {
      if (started.has(name)) throw new Error(`${name} was started already: kill it first`);
      const program = { name, path: binaries[name], args: argumentsOf(name, setup) };
      const health = { url: healthUrl(name, setup), ca: await readFile(setup.caFile, 'utf8') };
      started.set(name, await startHealthy(workspace, program, health));
    },
    kill: async (name) => {
      await started.get(name)?.kill();
      started.delete(name);
    },
  };
}
