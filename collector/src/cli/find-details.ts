/** Finds a node under the policies that a user means, or says what there is that is nearest. */
import { findNearest, type NodeState, type PolicySummary } from '@rollcall/contract';
import type { Explanation } from './print-explanation.ts';
import type { RollReader } from './roll-reader.ts';

/** What a user typed. */
export interface Sought {
  readonly node: string;
  /** `NAMESPACE/NAME` or `NAME`. */
  readonly daemonSet: string | undefined;
}

/** A name that leads nowhere, with the mend. */
export interface NotFound {
  readonly fault: string;
}

/** The worst first. */
const WORST: readonly NodeState[] = [
  'uncovered',
  'unobserved',
  'stray',
  'excused',
  'covered',
  'excluded',
  'outOfScope',
];

// Comparing letter by letter takes its time.
const MOST_COMPARED = 5000;

/** The node under each policy that is meant, the worst first. Rejects when the reader does. */
export async function findDetails(
  reader: RollReader,
  { node, daemonSet }: Sought,
): Promise<{ readonly explanations: readonly Explanation[] } | NotFound> {
  const policies = await reader.policies();
  const meant = policies.filter((policy) => isMeant(policy, daemonSet));
  // A policy that is rejected for another one's sake has the same name.
  const names = [...new Set(meant.map(nameOf))];
  if (meant.length === 0) return { fault: noPolicy(daemonSet, policies.map(nameOf)) };
  if (daemonSet !== undefined && names.length > 1)
    return { fault: `"${daemonSet}" is the name of several DaemonSets; write one of ${names.join(', ')}` };
  const found = await Promise.all(
    names.map(async (name) => {
      const own = meant.filter((policy) => nameOf(policy) === name);
      const [{ namespace, daemonset }] = own as [PolicySummary];
      const detail = await reader.node({ namespace, daemonset }, node);
      return { namespace, daemonset, sourceDown: own.map(sourceDownOf).find((why) => why !== undefined), detail };
    }),
  );
  const explanations = found.flatMap(({ detail, ...own }) => (detail === undefined ? [] : [{ ...own, detail }]));
  if (explanations.length === 0) return { fault: await noNode(reader, meant, node) };
  return { explanations: explanations.toSorted((one, other) => rank(one) - rank(other)) };
}

function rank({ detail }: Explanation): number {
  return WORST.indexOf(detail.state);
}

function isMeant({ namespace, daemonset }: PolicySummary, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === daemonset || wanted === `${namespace}/${daemonset}`;
}

function nameOf({ namespace, daemonset }: PolicySummary): string {
  return `${namespace}/${daemonset}`;
}

function sourceDownOf({ conditions }: PolicySummary): string | undefined {
  return conditions.find(({ type, status }) => type === 'SourceDown' && status === 'True')?.message;
}

function noPolicy(daemonSet: string | undefined, known: readonly string[]): string {
  if (daemonSet === undefined || known.length === 0) return 'there is no policy and no DaemonSet to ask about';
  const bare = known.map((name) => name.slice(name.indexOf('/') + 1));
  const at = bare.indexOf(findNearest(daemonSet, bare) ?? '');
  const nearest = findNearest(daemonSet, known) ?? known[at];
  const hint = nearest === undefined ? `there are ${listSome(known)}` : `did you mean ${nearest}?`;
  return `no policy is about the DaemonSet "${daemonSet}"; ${hint} (--discover looks at those without a policy too)`;
}

async function noNode(reader: RollReader, policies: readonly PolicySummary[], node: string): Promise<string> {
  const rejected = policies.map(rejectionOf).find((found) => found !== undefined);
  if (rejected !== undefined) return rejected;
  const names = new Set<string>();
  for (const policy of policies.slice(0, 1)) {
    const all = await Promise.all([reader.nodes(policy), reader.nodes(policy, 'outOfScope')]);
    for (const own of all.flat()) if (own.node !== '') names.add(own.node);
  }
  return `there is no node "${node}"; ${hintAt([...names], node)}`;
}

/** Which of the names may have been meant: "did you mean node-7?". */
export function hintAt(names: readonly string[], node: string): string {
  if (names.length === 0) return 'none is known';
  const known = names.toSorted();
  const containing = known.filter((name) => name.includes(node) || node.includes(name));
  const nearest = containing.length > 0 ? containing : [findNearest(node, known.slice(0, MOST_COMPARED)) ?? []].flat();
  return nearest.length > 0 ? `did you mean ${listSome(nearest, ' or ')}?` : `there are ${listSome(known)}`;
}

function rejectionOf({ policy, conditions, counts }: PolicySummary): string | undefined {
  const ready = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (ready === undefined || Object.values(counts).some((count) => count > 0)) return undefined;
  return `the policy ${policy.namespace}/${policy.name} is rejected (${ready.reason}): ${ready.message}`;
}

function listSome(names: readonly string[], last = ', '): string {
  const shown = names.slice(0, 5);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(last);
}
