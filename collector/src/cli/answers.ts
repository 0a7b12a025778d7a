/** Joins the pipeline, the journal and the rejected policies to what the HTTP API and the CLI answer. */
import type {
  Check,
  Journal,
  NodeAnswer,
  Policy,
  PolicyAnswer,
  PolicyCondition,
  PolicySummary,
  Transition,
} from '@rollcall/contract';
import { readyCondition, type RejectedPolicy } from '../config/policy-rejected.ts';
import {
  describeNode,
  detailNode,
  isInScope,
  type Described,
  type Instant,
  type NodeRecord,
  type PolicyRoll,
  type Standing,
} from '../coverage/index.ts';
import type { Answers, FindEvidence, FindMore, NodePage, NodeQuery, PastAnswers } from '../http/answers.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Budgets } from './keep-budgets.ts';
import { pickSmallest } from './pick-smallest.ts';

/** What answers are made of. `now` is asked once for each answer. */
export interface AnswerSources {
  readonly pipeline: Pipeline;
  readonly journal: Pick<Journal, 'transitions'>;
  readonly rejected: () => readonly RejectedPolicy[];
  readonly now: () => Instant;
  /** What is to be said of a policy that the core does not know, as the state of a source of Daemons. */
  readonly conditionsOf: (policy: Policy) => readonly PolicyCondition[];
  readonly evidence?: FindEvidence | undefined;
  readonly findMore?: FindMore | undefined;
  readonly past?: PastAnswers | undefined;
  readonly budgets?: Pick<Budgets, 'objectives' | 'all'> | undefined;
  /** What the daemon of a DaemonSet, by its UID, told of a node beside heartbeats. */
  readonly notesOf?: ((ownerUid: string, node: string) => readonly Check[]) | undefined;
}

/** How many of a node's last transitions its detail shows. */
const TRANSITIONS = 10;

/** The answers of a running collector. */
export function createAnswers(sources: AnswerSources): Answers {
  const { pipeline, journal, rejected, now, conditionsOf, evidence, findMore, past, notesOf, budgets } = sources;
  const extend = <T extends PolicySummary>(summary: T): T => {
    const policy = pipeline.roll.policies.get(summary.policy.uid)?.policy;
    const others = policy === undefined ? [] : conditionsOf(policy);
    return others.length === 0 ? summary : { ...summary, conditions: [...summary.conditions, ...others] };
  };
  const open = (namespace: string, daemonset: string): Described | undefined => {
    const instant = now();
    pipeline.advance(instant);
    const roll = findRoll(pipeline, namespace, daemonset);
    return roll === undefined ? undefined : { roll, inventory: pipeline.roll.inventory, now: instant, rfc3339 };
  };
  return {
    evidence,
    findMore,
    past,
    objectives: budgets?.all,
    policies: () => joinRejected(pipeline.summaries(now()).map(extend), rejected()),
    policy: (namespace, daemonset) => {
      const roll = findRoll(pipeline, namespace, daemonset);
      const answer = roll === undefined ? undefined : pipeline.answer(roll.policy.uid, now());
      if (roll === undefined || answer === undefined) return undefined;
      return admitRejection({ ...extend(answer), ...answerBudgets(sources, roll) }, rejected());
    },
    nodes: (namespace, daemonset, query) => {
      const context = open(namespace, daemonset);
      return context === undefined ? undefined : listNodes(context, query);
    },
    node: (namespace, daemonset, node) => {
      const context = open(namespace, daemonset);
      if (context?.roll.started !== true) return undefined;
      const history = (uid: string): readonly Transition[] =>
        journal.transitions(context.roll.policy.uid, uid, TRANSITIONS);
      const detail = detailNode(context, node, history);
      const notes = notesOf?.(context.roll.daemonSet?.object.uid ?? '', node) ?? [];
      return detail === undefined || notes.length === 0 ? detail : { ...detail, checks: [...detail.checks, ...notes] };
    },
  };
}

function answerBudgets({ budgets }: AnswerSources, { policy }: PolicyRoll): Pick<PolicyAnswer, 'objectives'> {
  return { objectives: budgets?.objectives(policy) ?? [] };
}

/** Wall-clock milliseconds as RFC 3339 in UTC. */
export function rfc3339(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

function findRoll(pipeline: Pipeline, namespace: string, daemonset: string): PolicyRoll | undefined {
  for (const roll of pipeline.roll.policies.values()) {
    if (roll.policy.namespace === namespace && roll.policy.daemonset === daemonset) return roll;
  }
  return undefined;
}

/** Where more keys than fit had to be looked at, so many times more are looked at next. */
const WIDEN = 8;

/** A page of nodes in order of their keys; none before all nodes were listed, when nothing is known of those that are missing. */
export function listNodes(context: Described, query: NodeQuery): NodePage {
  const items: NodeAnswer[] = [];
  let next: string | undefined;
  let { after } = query;
  // One more than fits, so that the page knows whether it is the last.
  for (let wanted = query.limit + 1; context.roll.started; wanted *= WIDEN) {
    const keys = pickSmallest(keysOf(context, { ...query, after }), wanted);
    for (const key of keys) {
      const answer = describeNode(context, key);
      if (answer === undefined || !matches(answer, query)) continue;
      if (items.length === query.limit) return { items, next };
      items.push(answer);
      next = key;
    }
    if (keys.length < wanted) break;
    after = keys.at(-1);
  }
  return { items };
}

/** Keys that may match; the cheap tests come first, so that only what is shown is described. */
function* keysOf({ roll, inventory }: Described, query: NodeQuery): Generator<string> {
  const { after = '', state } = query;
  for (const [key, { standing }] of roll.records) if (key > after && mayMatch(standing, query)) yield key;
  if (state !== 'outOfScope') return;
  for (const key of inventory.nodes.keys()) if (key > after && !roll.records.has(key)) yield key;
}

function mayMatch(standing: NodeRecord['standing'], { state, reason, pool }: NodeQuery): boolean {
  if (standing === undefined || (pool !== undefined && standing.pool !== pool)) return false;
  if (state === undefined ? !isShown(standing) : standing.state !== state) return false;
  return reason === undefined || whyOf(standing) === reason;
}

function whyOf(standing: Standing): string {
  return standing.state === 'excused' ? standing.excuse : standing.reason;
}

function isShown(standing: Standing): boolean {
  return isInScope(standing) || standing.state === 'stray' || standing.state === 'excluded';
}

function matches(answer: NodeAnswer, { state, reason, pool }: NodeQuery): boolean {
  if (state !== undefined && answer.state !== state) return false;
  return (reason === undefined || answer.reason === reason) && (pool === undefined || answer.pool === pool);
}

/** Every policy once: one that is in force in a former version says so, one that is in force in none has no node. */
function joinRejected(
  summaries: readonly PolicySummary[],
  rejected: readonly RejectedPolicy[],
): readonly PolicySummary[] {
  const others = rejected.filter((own) => !summaries.some((summary) => isAbout(own, summary)));
  return [...summaries.map((summary) => admitRejection(summary, rejected)), ...others.map(summariseRejected)];
}

function isAbout({ origin, namespace, name }: RejectedPolicy, { policy }: PolicySummary): boolean {
  return origin === policy.origin && namespace === policy.namespace && name === policy.name;
}

function admitRejection<T extends PolicySummary>(summary: T, rejected: readonly RejectedPolicy[]): T {
  const own = rejected.find((one) => isAbout(one, summary));
  if (own === undefined) return summary;
  const replace = (condition: PolicyCondition): PolicyCondition =>
    condition.type === 'Ready' ? readyCondition(own) : condition;
  return { ...summary, conditions: summary.conditions.map(replace) };
}

const NOBODY = {
  expected: 0,
  covered: 0,
  uncovered: 0,
  unobserved: 0,
  excused: 0,
  current: 0,
  eligible: 0,
  stray: 0,
  excluded: 0,
};

function summariseRejected(rejected: RejectedPolicy): PolicySummary {
  const { uid, name, namespace, origin, target } = rejected;
  return {
    ...target,
    policy: { uid, name, namespace, origin },
    denominator: 'inferred',
    counts: NOBODY,
    coverage: null,
    worstReason: null,
    conditions: [readyCondition(rejected)],
    purpose: '',
    team: '',
    contact: '',
  };
}
