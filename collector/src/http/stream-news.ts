/** What there is to tell: the nodes that moved since the last time, and the policies whose figures are other ones now. */
import type { PolicySummary, StreamMessage, Transition } from '@rollcall/contract';
import type { StreamTopic } from './stream-query.ts';
import { encodeMessage, type News } from './stream-text.ts';

/** Collects news. */
export interface Newsroom {
  note(topic: StreamTopic, transition: Transition): void;
  /** What is new since the last call. */
  collect(summaries: readonly PolicySummary[]): readonly News[];
  /** Every policy as it was last told. */
  policies(): readonly News[];
  /** Starts anew from these policies, with nothing to tell. */
  restart(summaries: readonly PolicySummary[]): void;
}

/** More transitions of one policy at once are counted, not named: nobody reads them, and a list is one request away. */
const MOST_NAMED = 100;

interface Moves {
  readonly topic: StreamTopic;
  readonly named: Transition[];
  count: number;
}

/** Knows nothing yet. */
export function createNewsroom(): Newsroom {
  const moves = new Map<string, Moves>();
  // By the policy's UID: a policy that is rejected may be about the same DaemonSet as one in force.
  let told: ReadonlyMap<string, News> = new Map();
  return {
    note: ({ namespace, daemonset }, transition) => {
      const key = keyOf({ namespace, daemonset });
      const own = moves.get(key) ?? { topic: { namespace, daemonset }, named: [], count: 0 };
      moves.set(key, own);
      own.count += 1;
      if (own.count <= MOST_NAMED) own.named.push(transition);
    },
    collect: (summaries) => {
      const now = describe(summaries);
      const news = [...[...moves.values()].flatMap(tellMoves), ...tellPolicies(told, now)];
      told = now;
      moves.clear();
      return news;
    },
    policies: () => [...told.values()],
    restart: (summaries) => {
      told = describe(summaries);
      moves.clear();
    },
  };
}

function describe(summaries: readonly PolicySummary[]): ReadonlyMap<string, News> {
  return new Map(summaries.map((summary) => [summary.policy.uid, newsOf(summary, { event: 'policy', summary })]));
}

function newsOf({ namespace, daemonset }: StreamTopic, message: StreamMessage): News {
  return { topic: { namespace, daemonset }, body: encodeMessage(message) };
}

function tellMoves({ topic, named, count }: Moves): readonly News[] {
  if (count > MOST_NAMED) return [newsOf(topic, { event: 'transitions', ...topic, count })];
  return named.map((transition) => newsOf(topic, { event: 'transition', ...topic, transition }));
}

function tellPolicies(before: ReadonlyMap<string, News>, now: ReadonlyMap<string, News>): readonly News[] {
  const gone = [...before].flatMap(([uid, { topic }]) => (now.has(uid) ? [] : [topic]));
  // A DaemonSet's name is all that `policyGone` says: who else is about it is told again.
  const touched = new Set(gone.map(keyOf));
  return [
    ...gone.map((topic) => newsOf(topic, { event: 'policyGone', ...topic })),
    ...[...now].flatMap(([uid, news]) =>
      before.get(uid)?.body.equals(news.body) && !touched.has(keyOf(news.topic)) ? [] : [news],
    ),
  ];
}

function keyOf({ namespace, daemonset }: StreamTopic): string {
  return `${namespace}/${daemonset}`;
}
