/**
 * Whether the NetworkPolicies of a namespace let a daemon send to its sink, as the specification of networking.k8s.io/v1 says: pods that no
 * policy selects for Egress may send anywhere; all others only what any rule of any such policy allows.
 */
import type { EgressPeer, EgressPort, EgressRule, LabelSelector, NetworkPolicyObject } from '@rollcall/contract';
import type { SelectorRequirement, Sink, StringMap } from '@rollcall/contract';
import { matchesLabels, matchesRequirement } from '../selector.ts';
import { contains, overlaps, parseBlock } from './address-block.ts';
import { allOf, anyOf, toAnswer, type Answer } from './kleene.ts';

/** A daemon's pods and their sink. `sinkLabels` are those of the sink's namespace. */
export interface EgressQuestion {
  readonly namespace: string;
  readonly podLabels: StringMap;
  readonly policies: readonly NetworkPolicyObject[];
  readonly sink: Sink;
  readonly sinkLabels: StringMap;
}

/**
 * The answer, and what it rests on: the policies that select the pods for Egress, and of those by name the ones that lead to the sink's pods or
 * addresses, though not to its port. `maybe` where the sink is not described closely enough to tell: labels that its selector does not
 * name, a port by name, a part of its addresses.
 */
export interface EgressVerdict {
  readonly allowed: Answer;
  readonly selecting: readonly NetworkPolicyObject[];
  readonly otherPorts: readonly string[];
}

/** Judges; pure. */
export function judgeEgress(question: EgressQuestion): EgressVerdict {
  const selecting = question.policies.filter((policy) => selects(policy, question));
  if (selecting.length === 0) return { allowed: 'yes', selecting, otherPorts: [] };
  const leads = selecting.map((policy) => ({ policy, ways: policy.egress.map((rule) => judgeRule(rule, question)) }));
  const ways = leads.flatMap((own) => own.ways);
  const elsewhere = leads.filter((own) => own.ways.some(({ peers, ports }) => peers === 'yes' && ports === 'no'));
  return {
    allowed: anyOf(ways.map(({ peers, ports }) => allOf([peers, ports]))),
    selecting,
    otherPorts: elsewhere.map(({ policy }) => policy.name),
  };
}

function selects(policy: NetworkPolicyObject, { namespace, podLabels }: EgressQuestion): boolean {
  return policy.limitsEgress && policy.namespace === namespace && matchesLabels(policy.podSelector, bearer(podLabels));
}

function judgeRule(
  { to, ports }: EgressRule,
  question: EgressQuestion,
): { readonly peers: Answer; readonly ports: Answer } {
  return {
    peers: to.length === 0 ? 'yes' : anyOf(to.map((peer) => judgePeer(peer, question))),
    ports: ports.length === 0 ? 'yes' : anyOf(ports.map((port) => judgePort(port, question.sink))),
  };
}

function judgePeer(peer: EgressPeer, question: EgressQuestion): Answer {
  const { sink } = question;
  if (peer.block !== undefined) return judgeBlock(peer.block, sink);
  if (sink.namespace === undefined) return 'no';
  const { namespaceSelector, podSelector } = peer;
  const inNamespace =
    namespaceSelector === undefined
      ? sink.namespace === question.namespace
      : matchesLabels(namespaceSelector, bearer(question.sinkLabels));
  if (!inNamespace) return 'no';
  return podSelector === undefined ? 'yes' : judgePods(podSelector, sink.podSelector);
}

/** Addresses of pods come and go, and plugins differ in whether a block means them. */
function judgeBlock({ cidr, except }: NonNullable<EgressPeer['block']>, sink: Sink): Answer {
  if (sink.cidr === undefined) return 'maybe';
  const wanted = parseBlock(sink.cidr);
  const given = parseBlock(cidr);
  if (wanted === undefined || given === undefined) return 'maybe';
  if (!overlaps(given, wanted)) return 'no';
  const cut = except.map(parseBlock).filter((block) => block !== undefined);
  if (cut.some((block) => contains(block, wanted))) return 'no';
  return contains(given, wanted) && !cut.some((block) => overlaps(block, wanted)) ? 'yes' : 'maybe';
}

/** Of the sink's pods only those labels are known that its own selector asks for. */
function judgePods({ matchLabels, matchExpressions }: LabelSelector, sinkPods: LabelSelector | undefined): Answer {
  const known = knownLabels(sinkPods);
  const pairs = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  return allOf([...pairs, ...matchExpressions].map((requirement) => judgeRequirement(requirement, known)));
}

function judgeRequirement(requirement: SelectorRequirement, known: StringMap): Answer {
  if (!Object.hasOwn(known, requirement.key)) return 'maybe';
  return toAnswer(matchesRequirement(requirement, bearer(known)));
}

function knownLabels(selector: LabelSelector | undefined): StringMap {
  const single = (selector?.matchExpressions ?? []).filter(
    ({ operator, values }) => operator === 'In' && values.length === 1,
  );
  return Object.fromEntries([
    ...single.map(({ key, values: [value = ''] }) => [key, value] as const),
    ...Object.entries(selector?.matchLabels ?? {}),
  ]);
}

function judgePort({ protocol, port, endPort }: EgressPort, sink: Sink): Answer {
  if (protocol !== 'TCP') return 'no';
  if (port === undefined) return 'yes';
  // What a name means is up to each pod of the sink.
  if (typeof port === 'string' || sink.port === undefined) return 'maybe';
  return toAnswer(port <= sink.port && sink.port <= (endPort ?? port));
}

function bearer(labels: StringMap): { readonly sharedLabels: StringMap; readonly ownLabels: StringMap } {
  return { sharedLabels: {}, ownLabels: labels };
}
