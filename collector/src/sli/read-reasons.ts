/** Uncovered and excused time by reason. Every reason that a policy can have is there at 0 from the first reading on: a counter that is born with its first outage hides that outage from `increase()`. */
import {
  EXCUSES,
  REASONS,
  VERDICTS,
  type ExcuseCode,
  type Policy,
  type Reason,
  type ReasonCode,
} from '@rollcall/contract';
import type { Bucket } from './bucket.ts';
import type { ExcuseReading, ReasonReading } from './reading.ts';

/** What can come up in a pool of a policy. */
export interface Possible {
  readonly reasons: readonly ReasonCode[];
  readonly excuses: readonly ExcuseCode[];
}

const ALL_REASONS = (Object.keys(REASONS) as ReasonCode[]).sort();

/** The reasons and excuses that a policy can have in a pool, each in order of its name. */
export function possibleIn(policy: Policy, pool: string): Possible {
  const asked: Readonly<Record<ExcuseCode, boolean>> = {
    Exempt: policy.exemptions.length > 0,
    Maintenance: false,
    Leaving: true,
    Joining: true,
    NodeNotReady: policy.nodeNotReadyExcused,
  };
  return {
    reasons: ALL_REASONS.filter((reason) => mayComeUp(reason, policy, pool)),
    excuses: EXCUSES.filter((excuse) => asked[excuse]).sort(),
  };
}

function mayComeUp(code: ReasonCode, policy: Policy, pool: string): boolean {
  const { layer, neverPrimary }: Reason = REASONS[code];
  if (neverPrimary === true) return false;
  if (layer !== undefined && policy[`${layer}Layer`] === undefined) return false;
  return code !== 'NodeMissing' || policy.minimum.has(pool);
}

interface Sum {
  nodes: number;
  ms: number;
}

/** Uncovered nodes and time by primary reason, in order of its name. */
export function readReasons(buckets: readonly Bucket[], possible: Possible): readonly ReasonReading[] {
  const sums = new Map<ReasonCode, Sum>(possible.reasons.map((reason) => [reason, { nodes: 0, ms: 0 }]));
  for (const bucket of buckets) {
    const { state, reason } = bucket.standing;
    if (state === 'uncovered' && reason !== '') add(sums, reason, bucket);
  }
  return inOrder(sums).map(([reason, sum]) => ({ reason, owner: REASONS[reason].owner, ...sum }));
}

/** Excused nodes and time by excuse and verdict, in order of their names. */
export function readExcuses(buckets: readonly Bucket[], possible: Possible): readonly ExcuseReading[] {
  const sums = new Map<string, Sum>();
  for (const excuse of possible.excuses)
    for (const verdict of VERDICTS) sums.set(`${excuse} ${verdict}`, { nodes: 0, ms: 0 });
  for (const bucket of buckets) {
    const { excuse, verdict } = bucket.standing;
    if (excuse !== '') add(sums, `${excuse} ${verdict}`, bucket);
  }
  return inOrder(sums).map(([key, sum]) => {
    const [reason, verdict] = key.split(' ') as [ExcuseCode, ExcuseReading['verdict']];
    return { reason, verdict, ...sum };
  });
}

function add<Key>(sums: Map<Key, Sum>, key: Key, { count, ms }: Bucket): void {
  const sum = sums.get(key) ?? { nodes: 0, ms: 0 };
  sums.set(key, { nodes: sum.nodes + count, ms: sum.ms + ms });
}

function inOrder<Key extends string>(sums: ReadonlyMap<Key, Sum>): readonly (readonly [Key, Sum])[] {
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
}
