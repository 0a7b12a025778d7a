/** Asks for the past where the flags say: of a running collector, or of the file that one left behind. */
import type { HistoryAnswer, NodeAnswer, Page, PolicySummary, TopAnswer } from '@rollcall/contract';
import type { TopQuery } from '../http/answers.ts';
import {
  createCollectorClient,
  DEFAULT_SERVER,
  findServerFault,
  serverOf,
  type ServerFlags,
} from './collector-client.ts';
import type { Io } from './command.ts';
import { createPastAnswers } from './past-answers.ts';

/** The past, from wherever. Errors name the mend. */
export interface Past {
  top(query: Omit<TopQuery, 'windowMs'> & { readonly window: string; readonly windowMs: number }): Promise<TopAnswer>;
  history(node: string, limit: number): Promise<HistoryAnswer>;
  /** Names of nodes that are there now; none of a file. Never rejects: it is for hints. */
  nodeNames(): Promise<readonly string[]>;
}

/** Flags that say whom to ask. */
export type PastFlags = ServerFlags & { readonly journal?: string | undefined };

/** What is wrong with the flags; undefined if nothing is. */
export function findPastFault(flags: PastFlags, env: Io['env']): string | undefined {
  const server = serverOf(flags, env);
  if (flags.journal === '') return '--journal: "" is no path; name the file that rollcall serve --journal wrote';
  if (flags.journal !== undefined)
    return flags.server === undefined ? undefined : '--journal and --server exclude each other';
  return findServerFault(server === '' ? DEFAULT_SERVER : server, flags);
}

/** Opens it. Rejects when a file cannot be read; a collector is asked with the first question. */
export async function openPast(flags: PastFlags, env: Io['env']): Promise<Past> {
  if (flags.journal !== undefined) {
    const { readJournalFile } = await import('../journal/read-file.ts');
    const journal = readJournalFile(flags.journal);
    const { top, history } = createPastAnswers({ journal, policies: () => [], nowMs: () => Date.now() });
    return { top, history, nodeNames: () => Promise.resolve([]) };
  }
  const client = createCollectorClient(serverOf(flags, env) || DEFAULT_SERVER, flags);
  const get = async (path: string): Promise<unknown> => {
    const answer = await client.get(path);
    if (answer === undefined)
      throw new Error(`${client.url} has no ${path.split('?')[0]}; is it a Rollcall collector of this version?`);
    return answer;
  };
  return {
    top: async ({ window, limit, namespace, daemonset }) => {
      const query = new URLSearchParams({ window, limit: String(limit) });
      if (namespace !== undefined) query.set('namespace', namespace);
      if (daemonset !== undefined) query.set('daemonset', daemonset);
      // A collector of an older version knows no lags.
      return { lags: [], ...((await get(`/api/v1/top?${query.toString()}`)) as Omit<TopAnswer, 'lags'>) };
    },
    history: async (node, limit) =>
      (await get(`/api/v1/history/${encodeURIComponent(node)}?limit=${limit}`)) as HistoryAnswer,
    nodeNames: () => listNames(get).catch(() => []),
  };
}

/** Those that any policy expects; one policy's first page is enough for a hint. */
async function listNames(get: (path: string) => Promise<unknown>): Promise<readonly string[]> {
  const [policy] = ((await get('/api/v1/coverage')) as Page<PolicySummary>).items;
  if (policy === undefined) return [];
  const path = `/api/v1/coverage/${policy.namespace}/${policy.daemonset}/nodes?limit=5000`;
  const { items } = (await get(path)) as Page<NodeAnswer>;
  return items.flatMap(({ node }) => (node === '' ? [] : [node]));
}
