/** Phantoms: nodes that the policy's minimum promises for a pool and that are not there. */
import { WATCH, type WatchStateName } from '@rollcall/contract';
import type { PolicyRoll } from './policy-roll.ts';
import { NodeRecord } from './record.ts';
import type { Standing } from './standing.ts';
import { markMissing } from './state-slis.ts';
import type { Instant } from './subject.ts';

const NONE_MISSING: ReadonlyMap<string, number> = new Map();

/** How many phantoms each pool should have now, every pool included that has some. */
export function missingNodes(roll: PolicyRoll): ReadonlyMap<string, number> {
  if (roll.policy.minimum.size === 0 && roll.phantoms.size === 0) return NONE_MISSING;
  const missing = new Map<string, number>();
  for (const pool of roll.phantoms.keys()) missing.set(pool, 0);
  for (const [pool, minimum] of roll.policy.minimum) {
    missing.set(pool, Math.max(0, minimum - (roll.inScope.get(pool) ?? 0)));
  }
  return missing;
}

/** The key of the n-th phantom of a pool, counted from 1. */
export function phantomKey(pool: string, n: number): string {
  return `missing/${pool}/${n}`;
}

/** A phantom's record, not yet booked. */
export function createPhantom(pool: string, n: number, now: Instant): NodeRecord {
  return new NodeRecord('', phantomKey(pool, n), now);
}

/** A phantom's standing: uncovered, unless the nodes are not observed. */
export function phantomStanding(
  { askedSlis }: PolicyRoll,
  pool: string,
  watches: ReadonlyMap<string, WatchStateName>,
): Standing {
  const live = watches.get(WATCH.nodes) === 'live';
  return {
    pool,
    state: live ? 'uncovered' : 'unobserved',
    verdict: live ? 'uncovered' : 'unobserved',
    reason: live ? 'NodeMissing' : '',
    owner: live ? 'node' : '',
    excuse: '',
    rule: '',
    eligible: false,
    current: false,
    layers: [],
    marks: markMissing(askedSlis, live),
  };
}
