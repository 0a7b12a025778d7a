/** The synthetic API server as the runs use it: started, told to change, and described by a kubeconfig. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, readBase64 } from '../control-plane/certificates.ts';
import { startProgram } from './child.ts';

/** A running synthetic API server. Each order resolves when its last event is sent. */
export interface ApiProcess {
  readonly kubeconfig: string;
  /** Its address, and the file of the authority that signed its certificate. */
  readonly url: string;
  readonly caFile: string;
  /** Sends `count` node status writes that change nothing, `rate` a second. */
  heartbeats(count: number, rate: number): Promise<void>;
  setReady(node: number, ready: boolean): Promise<void>;
  /** The life of a real fleet of this size for so long: status writes of kubelets, pods replaced. */
  live(seconds: number): Promise<void>;
  /** Heartbeats among which the first nodes, one after the other, lose their readiness: answers when each did, Unix milliseconds. */
  mark(count: number, rate: number): Promise<readonly number[]>;
  /** The first `count` nodes are ready again. */
  unmark(count: number): Promise<void>;
  /** Cuts all watches and forgets what was before, so that all must be listed anew. */
  forget(): Promise<void>;
  /** How many of the watches that were cut have not listed anew. */
  unlisted(): Promise<number>;
  /** The Accept header of the last who read nodes. */
  accept(): Promise<string>;
  stop(): Promise<void>;
}

/** How it answers: streaming lists, or paged ones only. */
export type ListMode = 'streaming' | 'paged';

/** Beside the way of listing: how many DaemonSets run on all nodes, and whether it knows JSON only. */
export interface ApiOptions {
  readonly daemons?: number;
  readonly jsonOnly?: boolean;
  /** A file with the key that tokens are signed with; none are known without it. */
  readonly issuerKey?: string;
}

/** Starts a server with so many nodes and pods. */
export async function startApi(nodes: number, mode: ListMode, options: ApiOptions = {}): Promise<ApiProcess> {
  const program = new URL('api-server.ts', import.meta.url).pathname;
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const authority = await createAuthority(folder);
  const { cert, key } = await authority.issueServer();
  const flags = ['--nodes', String(nodes), '--cert', cert, '--key', key, ...flagsOf(mode, options)];
  const child = startProgram([process.execPath, program, ...flags]);
  const { port, ordersPort } = await child.line('ordersPort');
  const url = `https://127.0.0.1:${String(port)}`;
  const kubeconfig = join(folder, 'kubeconfig.json');
  await writeFile(kubeconfig, JSON.stringify(describeAccess(url, await readBase64(authority.caFile))));
  const order = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${String(ordersPort)}/bench/${path}`, { method: 'POST' });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status}`);
    return response.json();
  };
  return {
    kubeconfig,
    url,
    caFile: authority.caFile,
    heartbeats: async (count, rate) => void (await order(`heartbeats?count=${count}&rate=${rate}`)),
    setReady: async (node, ready) => void (await order(`ready?node=${node}&ready=${Number(ready)}`)),
    live: async (seconds) => void (await order(`live?seconds=${seconds}`)),
    mark: async (count, rate) => (await order(`marks?count=${count}&rate=${rate}`)) as readonly number[],
    unmark: async (count) => void (await order(`unmark?count=${count}`)),
    forget: async () => void (await order('forget')),
    unlisted: async () => Number(await order('unlisted')),
    accept: async () => String(await order('accept')),
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function flagsOf(mode: ListMode, { daemons = 1, jsonOnly = false, issuerKey }: ApiOptions): readonly string[] {
  return [
    ...['--daemons', String(daemons)],
    ...(mode === 'paged' ? ['--paged-only'] : []),
    ...(jsonOnly ? ['--json-only'] : []),
    ...(issuerKey === undefined ? [] : ['--issuer-key', issuerKey]),
  ];
}

function describeAccess(server: string, authority: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  };
}
