/** The same questions to a fresh look and to a running collector. */
import type { NodeAnswer, NodeDetail, NodeState, Page, PolicySummary } from '@rollcall/contract';
import { withEvidence, type Answers } from '../http/answers.ts';
import type { CollectorClient } from './collector-client.ts';

/** A DaemonSet by its names. */
export interface Named {
  readonly namespace: string;
  readonly daemonset: string;
}

/** What commands ask; undefined and empty for what is not known. */
export interface RollReader {
  policies(): Promise<readonly PolicySummary[]>;
  node(policy: Named, node: string): Promise<NodeDetail | undefined>;
  /** All nodes in that state; without a state all but those out of scope. */
  nodes(policy: Named, state?: NodeState): Promise<readonly NodeAnswer[]>;
}

/** A reader of answers in this process. */
export function readAnswers(answers: Answers): RollReader {
  return {
    policies: async () => answers.policies(),
    node: async ({ namespace, daemonset }, node) => {
      const detail = answers.node(namespace, daemonset, node);
      return detail && withEvidence(answers, detail);
    },
    nodes: async ({ namespace, daemonset }, state) =>
      answers.nodes(namespace, daemonset, { state, limit: Infinity })?.items ?? [],
  };
}

const ROOT = '/api/v1/coverage';
const PAGE = 5000;

/** A reader of a running collector's API; its errors are the client's. */
export function readCollector(client: CollectorClient): RollReader {
  const pathOf = ({ namespace, daemonset }: Named): string =>
    `${ROOT}/${encodeURIComponent(namespace)}/${encodeURIComponent(daemonset)}/nodes`;
  return {
    policies: async () => {
      const page = (await client.get(ROOT)) as Page<PolicySummary> | undefined;
      if (page === undefined) throw new Error(`${client.url} has no ${ROOT}; is it a Rollcall collector?`);
      return page.items;
    },
    node: async (policy, node) =>
      (await client.get(`${pathOf(policy)}/${encodeURIComponent(node)}`)) as NodeDetail | undefined,
    nodes: async (policy, state) => {
      const items: NodeAnswer[] = [];
      for (let token: string | undefined = ''; token !== undefined;) {
        const query = [`limit=${PAGE}`, ...(state ? [`state=${state}`] : []), ...(token ? [`continue=${token}`] : [])];
        const page = (await client.get(`${pathOf(policy)}?${query.join('&')}`)) as Page<NodeAnswer> | undefined;
        items.push(...(page?.items ?? []));
        token = page?.continue;
      }
      return items;
    },
  };
}
