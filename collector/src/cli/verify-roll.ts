/** Recounts every policy from a fresh look, compares it with the live server and the controller, and looks again before it blames. */
import type { NodeAnswer, PolicySummary } from '@rollcall/contract';
import { compareController } from './compare-controller.ts';
import { compareNodes, type Difference } from './compare-nodes.ts';
import { readAnswers, type Named, type RollReader } from './roll-reader.ts';
import type { RollCall } from './take-roll.ts';

/** One policy as everybody counts it; undefined for who does not know it. */
export interface Verified extends Named {
  readonly fresh: PolicySummary | undefined;
  readonly live: PolicySummary | undefined;
  readonly controller: ReturnType<RollCall['controller']>;
  readonly differences: readonly Difference[];
}

/** How to look; `pause` is called between two looks. */
export interface Verification {
  readonly look: () => Promise<RollCall>;
  /** The live server; undefined when there is none to compare with. */
  readonly live: RollReader | undefined;
  readonly isMeant: (policy: Named) => boolean;
  readonly pause: () => Promise<void>;
}

/** What changes while it is read differs once; after this many looks it is blamed. */
const MOST_LOOKS = 3;

/** Compares; looks again, at most three times, while a difference has no reason. One that comes and goes has that for a reason. Rejects when something cannot be read. */
export async function verifyRoll(verification: Verification): Promise<readonly Verified[]> {
  let found = await compareOnce(verification);
  for (let look = 1; look < MOST_LOOKS && found.some(isBad); look += 1) {
    await verification.pause();
    const before = found;
    found = (await compareOnce(verification)).map((own) => excuseNew(own, before));
  }
  return found;
}

/** True when one of its differences has no reason. */
export function isBad({ differences }: Verified): boolean {
  return differences.some(({ why }) => why === '');
}

function excuseNew(own: Verified, before: readonly Verified[]): Verified {
  const known = before.find((other) => nameOf(other) === nameOf(own))?.differences ?? [];
  const differences = own.differences.flatMap((difference) => {
    if (difference.why !== '') return [difference];
    const same = known.find(({ what }) => what === difference.what);
    const isOld = (node: string): boolean => same?.nodes.includes(node) ?? false;
    if (difference.nodes.length === 0) return [same === undefined ? { ...difference, why: MOVING } : difference];
    const [old, fresh] = [difference.nodes.filter(isOld), difference.nodes.filter((node) => !isOld(node))];
    return [
      { ...difference, nodes: old },
      { ...difference, nodes: fresh, why: MOVING },
    ].filter(({ nodes }) => nodes.length > 0);
  });
  return { ...own, differences };
}

const MOVING = 'it was not so a moment ago: it changed while it was read';

async function compareOnce({ look, live, isMeant }: Verification): Promise<readonly Verified[]> {
  const roll = await look();
  const reader = readAnswers(roll.answers);
  const [fresh, told] = await Promise.all([reader.policies(), live?.policies() ?? []]);
  const meant = [...new Map([...fresh, ...told].filter(isMeant).map((own) => [nameOf(own), own])).values()];
  const verified: Verified[] = [];
  for (const policy of meant) {
    const find = (all: readonly PolicySummary[]): PolicySummary | undefined =>
      all.find((own) => nameOf(own) === nameOf(policy));
    const sides = { fresh: find(fresh), live: find(told) };
    const { namespace, daemonset } = policy;
    const controller = roll.controller(namespace, daemonset);
    const nodes = await reader.nodes(policy);
    const differences = [
      ...(live === undefined ? [] : await compareLive(live, sides, nodes)),
      ...(controller === undefined ? [] : compareController(controller, nodes)),
    ];
    verified.push({ namespace, daemonset, ...sides, controller, differences });
  }
  return verified.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

async function compareLive(
  live: RollReader,
  sides: Pick<Verified, 'fresh' | 'live'>,
  nodes: readonly NodeAnswer[],
): Promise<readonly Difference[]> {
  if (sides.live === undefined)
    return [{ what: 'the live server has no such policy', why: whyAlone(sides.fresh), nodes: [] }];
  if (sides.fresh === undefined)
    return [{ what: 'only the live server has this policy', why: whyAlone(sides.live), nodes: [] }];
  return compareNodes(nodes, await live.nodes(sides.live));
}

/** Policies of the cluster are everybody's; others depend on the flags. */
function whyAlone(policy: PolicySummary | undefined): string {
  switch (policy?.policy.origin) {
    case 'Discover':
      return 'one of the two was started with --discover, the other was not';
    case 'File':
      return 'it is from a file: give both the same --policy';
    case 'API':
    case undefined:
      return '';
  }
}

function nameOf({ namespace, daemonset }: Named): string {
  return `${namespace}/${daemonset}`;
}
