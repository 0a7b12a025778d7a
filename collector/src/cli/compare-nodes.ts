/** Compares a fresh look with a running collector, node by node, and names the reason of each difference that it knows. */
import type { NodeAnswer } from '@rollcall/contract';

/** One difference: the same for all these nodes. `why` is '' where nothing explains it. */
export interface Difference {
  readonly what: string;
  readonly why: string;
  readonly nodes: readonly string[];
}

type Side = NodeAnswer | undefined;
type Rule = readonly [why: string, holds: (fresh: Side, live: Side) => boolean];

const PLACEMENT = ['NodeSelectorMismatch', 'UntoleratedTaint', 'LabelDrift'];
const BEFORE_IT = ['Starting', 'RolloutReplacing', 'TerminatingStuck', 'Unexplained'];

/** What a fresh look cannot know, and what changes meanwhile; the first that holds. */
const RULES: readonly Rule[] = [
  [
    'the live server does not see what it needs: its /readyz names the watch',
    (_, live) => live?.state === 'unobserved',
  ],
  ['a single look does not see what this needs', (fresh) => fresh?.state === 'unobserved'],
  [
    'memory: the node was eligible less than 24 h ago, a fresh look sees only that it is not',
    (fresh, live) =>
      live?.eligible === false && live.inScope && (fresh === undefined || !fresh.inScope || isPlacement(fresh, live)),
  ],
  [
    'memory: the node was covered once, a fresh look takes it for a new one',
    (fresh, live) => fresh?.reason === 'Joining' && live?.state !== 'excused',
  ],
  [
    'memory: the excuse is used up, a fresh look grants it anew',
    (fresh, live) => fresh?.state === 'excused' && live !== undefined && live.state !== 'excused',
  ],
  [
    'memory: which pod was there before decides, and a fresh look does not know it',
    (fresh, live) => isOneOf(fresh, BEFORE_IT) && isOneOf(live, BEFORE_IT),
  ],
  [
    'memory: the live server dates by arrival since when the pod is Ready',
    (fresh, live) => [fresh?.reason, live?.reason].includes('NotYetAvailable'),
  ],
];

/** The differences, alike ones as one, those that nothing explains first. */
export function compareNodes(fresh: readonly NodeAnswer[], live: readonly NodeAnswer[]): readonly Difference[] {
  const [freshByKey, liveByKey] = [byKey(fresh), byKey(live)];
  const found: Difference[] = [];
  for (const key of new Set([...freshByKey.keys(), ...liveByKey.keys()])) {
    const [one, other] = [freshByKey.get(key), liveByKey.get(key)];
    const what = `fresh look: ${tell(one)}; live server: ${tell(other)}`;
    if (tell(one) === tell(other)) continue;
    const why = RULES.find(([, holds]) => holds(one, other))?.[0] ?? '';
    found.push({ what, why, nodes: [key] });
  }
  return joinAlike(found);
}

/** Alike differences as one, those that nothing explains first. */
export function joinAlike(differences: readonly Difference[]): readonly Difference[] {
  const joined = [...Map.groupBy(differences, ({ what, why }) => `${what}|${why}`).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ ...first, nodes: alike.flatMap(({ nodes }) => nodes).sort() }];
  });
  return joined.toSorted((one, other) => Number(one.why !== '') - Number(other.why !== ''));
}

/** Phantoms have no name: the first of a pool here is the first of it there. */
function byKey(nodes: readonly NodeAnswer[]): ReadonlyMap<string, NodeAnswer> {
  const missing = new Map<string, number>();
  return new Map(
    nodes.map((own) => {
      if (own.node !== '') return [own.node, own];
      const n = (missing.get(own.pool) ?? 0) + 1;
      missing.set(own.pool, n);
      return [`missing/${own.pool}/${n}`, own];
    }),
  );
}

function tell(side: Side): string {
  if (side === undefined) return 'out of scope';
  return side.reason === null ? side.state : `${side.state} ${side.reason}`;
}

function isOneOf(side: Side, reasons: readonly string[]): boolean {
  return side?.state === 'uncovered' && reasons.includes(side.reason ?? '');
}

function isPlacement(fresh: Side, live: Side): boolean {
  return isOneOf(fresh, PLACEMENT) && isOneOf(live, PLACEMENT);
}
