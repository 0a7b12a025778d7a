/** kubectl itself, built like the control plane: it runs what the runbooks tell people to type. */
import { execFile } from 'node:child_process';
import { kubectlRecipe } from './binaries.ts';
import { ensureBinary } from './build.ts';

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a line of a shell in which `kubectl` is that of the pinned version, under an environment; the answer is that of the line's first program. */
export type RunLine = (line: string, environment: Readonly<Record<string, string>>) => Promise<Ended>;

const PATIENCE_MS = 60_000;

/** Builds kubectl first if the cache lacks it (a minute or two). `kubeconfig` is the path of one. */
export async function openShell(kubeconfig: string): Promise<RunLine> {
  const path = await ensureBinary(kubectlRecipe);
  // What comes behind a pipe need not be installed here: jq and yq only read.
  const functions = 'kubectl() { "$KUBECTL" "$@"; }; jq() { cat > /dev/null; }; yq() { cat > /dev/null; }';
  return (line, environment) =>
    new Promise((resolve) => {
      const script = `${functions}\n${line}\nexit \${PIPESTATUS[0]}`;
      const env = { ...process.env, ...environment, KUBECONFIG: kubeconfig, KUBECTL: path };
      execFile('bash', ['-c', script], { env, timeout: PATIENCE_MS }, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exitCode, output: `${stdout}${stderr}` });
      });
    });
}
