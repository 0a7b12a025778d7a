/** The synthetic API server as the runs use it: started, told to change, and described by a kubeconfig. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from './child.ts';

/** A running synthetic API server. */
export interface ApiProcess {
  readonly kubeconfig: string;
  /** Sends `count` node status writes, `rate` a second; resolves when the last is sent. */
  heartbeats(count: number, rate: number): Promise<void>;
  setReady(node: number, ready: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** How it answers: streaming lists, or paged ones only. */
export type ListMode = 'streaming' | 'paged';

/** Starts a server with so many nodes and pods. */
export async function startApi(nodes: number, mode: ListMode): Promise<ApiProcess> {
  const program = new URL('api-server.ts', import.meta.url).pathname;
  const child = startProgram([process.execPath, program, String(nodes), ...(mode === 'paged' ? ['--paged-only'] : [])]);
  const { url } = await child.line('url');
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const kubeconfig = join(folder, 'kubeconfig.json');
  await writeFile(kubeconfig, JSON.stringify(describeAccess(String(url))));
  const order = async (path: string): Promise<void> => {
    const response = await fetch(`${String(url)}${path}`, { method: 'POST' });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status}`);
  };
  return {
    kubeconfig,
    heartbeats: (count, rate) => order(`/bench/heartbeats?count=${count}&rate=${rate}`),
    setReady: (node, ready) => order(`/bench/ready?node=${node}&ready=${ready}`),
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function describeAccess(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    // client-node refuses plain HTTP without it.
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  };
}
