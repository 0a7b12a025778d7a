/** Runs commands as the process would, with all that they write caught. */
import type { NodeAnswer, Page, PolicySummary } from '@rollcall/contract';
import type { TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

/** How a command ended and what it wrote. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function runCommand(
  command: Pick<Command, 'run'>,
  argv: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const written = { out: '', err: '' };
  const code = await command.run(argv, {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => '',
    signal,
  });
  return { code, ...written };
}

/** One line of the log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A running `rollcall serve`. */
export interface RunningServe {
  readonly url: string;
  lines(): readonly LogLine[];
  ask(path: string): Promise<{ readonly status: number; readonly body: string }>;
  policies(): Promise<readonly PolicySummary[]>;
  /** Expected and covered nodes of a DaemonSet, `3,2`; '' without a policy. */
  counts(daemonSet: string): Promise<string>;
  /** By name; DaemonSets are `namespace/name`. */
  nodes(daemonSet: string, query?: string): Promise<readonly NodeAnswer[]>;
  isReady(): Promise<boolean>;
  /** Interrupts it, as SIGTERM does, and answers how it ended. */
  interrupt(): Promise<Outcome>;
}

/** Starts `rollcall serve` on a free port; answers when it listens. Throws with what it wrote if it ends before. */
export async function startServe(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServe> {
  const abort = new AbortController();
  const written = { out: '', err: '' };
  let ended = false;
  const running = serve
    .run(['--listen', '127.0.0.1:0', ...argv], {
      env,
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
      readStdin: async () => '',
      signal: abort.signal,
    })
    .finally(() => {
      ended = true;
    });
  const lines = (): readonly LogLine[] =>
    written.out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogLine]));
  const listening = (): LogLine | undefined => lines().find(({ msg }) => msg === 'listening');
  await until(() => ended || listening() !== undefined, 'serve to listen');
  if (listening() === undefined) throw new Error(`serve ended: ${written.err}`);
  return {
    lines,
    ...createQuestions(String(listening()?.['url'])),
    interrupt: async () => {
      abort.abort();
      return { code: await running, ...written };
    },
  };
}

function createQuestions(url: string): Omit<RunningServe, 'lines' | 'interrupt'> {
  const ask: RunningServe['ask'] = async (path) => {
    const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
    return { status: response.status, body: await response.text() };
  };
  const policies = async (): Promise<readonly PolicySummary[]> =>
    (JSON.parse((await ask('/api/v1/coverage')).body) as Page<PolicySummary>).items;
  return {
    url,
    ask,
    policies,
    counts: async (daemonSet) => {
      const found = (await policies()).find((policy) => policy.daemonset === daemonSet);
      return found === undefined ? '' : `${found.counts.expected},${found.counts.covered}`;
    },
    nodes: async (daemonSet, query = 'limit=5000') => {
      const { status, body } = await ask(`/api/v1/coverage/${daemonSet}/nodes?${query}`);
      return status === 200 ? (JSON.parse(body) as Page<NodeAnswer>).items : [];
    },
    isReady: async () => (await ask('/readyz')).status === 200,
  };
}

/** Fills a cluster with a DaemonSet `a` on three nodes, the last of which has no pod. */
export function populate(cluster: TestKube): void {
  for (const node of ['n1', 'n2', 'n3']) cluster.node(node);
  cluster.daemonSet('a');
  for (const node of ['n1', 'n2']) cluster.pod('a', node);
}
