/** Programs of Debian's packages, for tests that want the real thing. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Packages, the programs that they bring, and what is to be done once they are there, in the shell's words. */
export interface DebianPrograms {
  readonly packages: readonly string[];
  readonly programs: readonly string[];
  readonly after?: string;
}

/** A package with a server of its name, and where its programs lie. */
export interface DebianServer {
  readonly name: string;
  readonly programs: readonly string[];
}

/** Installs the package if a program of it is missing and we are root, and stops the service it starts; else throws with the mend. */
export function ensureServer({ name, programs }: DebianServer): Promise<void> {
  // The package starts a server of its own on the usual port, which no test wants.
  const stop = `if [ -d /run/systemd/system ]; then systemctl disable --now ${name}; else service ${name} stop; fi`;
  return ensurePrograms({ packages: [name], programs, after: stop });
}

/** Installs the packages if a program of them is missing and we are root; else throws with the mend. */
export async function ensurePrograms({ packages, programs, after = 'true' }: DebianPrograms): Promise<void> {
  const missing = programs.find((program) => !existsSync(program));
  if (missing === undefined) return;
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`${missing} is missing. Install it with: sudo sh -c '${install}'`);
  await run('sh', ['-c', `${install} && { ${after} || true; }`], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 << 20,
  }).catch((error: Error) => {
    throw new Error(`${missing} is missing and could not be installed with: ${install}\n${error.message}`, {
      cause: error,
    });
  });
}
