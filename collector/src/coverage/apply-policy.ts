/** What happens to the roll of a policy when the policy comes, changes or goes. */
import { WATCH, type Policy } from '@rollcall/contract';
import { findDaemonSet, isSame } from '../inventory/index.ts';
import { createPoolNames } from './pool-names.ts';
import { createPolicyRoll, type PolicyRoll } from './policy-roll.ts';
import type { Cause } from './review-node.ts';
import type { Context, Work } from './roll-context.ts';
import type { Instant } from './subject.ts';
import { askedSlis } from './state-slis.ts';
import { reviewAll, settle, strikeAll } from './walk-roll.ts';

/** Starts a roll once the nodes and DaemonSets have been listed. */
export function* start(context: Context, roll: PolicyRoll, now: Instant): Work {
  const { watches } = context.inventory;
  const listed = (source: string): boolean => ['live', 'stale'].includes(watches.get(source) ?? '');
  if (!listed(WATCH.nodes) || !listed(WATCH.daemonsets)) return;
  yield roll;
  keepDaemonSet(context, roll);
  yield* reviewAll(context, roll, { cause: 'start', now });
  // Not before: a roll that is half started would say that no node matches.
  roll.started = true;
  roll.startedMono = now.monoMs;
}

/** Keeps the DaemonSet as it is now, or as it last was: its template still says who is in scope. Answers what that means for the nodes. */
export function keepDaemonSet({ inventory }: Context, roll: PolicyRoll): Cause {
  const { namespace, daemonset } = roll.policy;
  const before = roll.lastDaemonSet;
  roll.daemonSet = findDaemonSet(inventory, namespace, daemonset);
  roll.lastDaemonSet = roll.daemonSet ?? before;
  roll.observed = undefined;
  if (before === undefined) return 'start';
  return isSame(before.object.placement, roll.lastDaemonSet?.object.placement) ? 'change' : 'template';
}

interface PolicyChange {
  readonly policy: Policy | undefined;
  readonly now: Instant;
}

/** Applies a policy as it now is; undefined when it is gone. */
export function* applyPolicy(context: Context, uid: string, { policy, now }: PolicyChange): Work {
  const known = context.policies.get(uid);
  if (policy === undefined) {
    if (known === undefined) return;
    yield* strikeAll(context, known, { now, evidence: 'the policy is gone' });
    context.policies.delete(uid);
    context.sink.dropped(known.policy);
    return;
  }
  const roll = known ?? createPolicyRoll(policy);
  if (known === undefined) context.sink.adopted(policy, now);
  context.policies.set(uid, roll);
  yield* known === undefined ? start(context, roll, now) : adoptPolicy(context, roll, { policy, now });
  settle(context, roll, now);
}

function* adoptPolicy(context: Context, roll: PolicyRoll, { policy, now }: PolicyChange & { policy: Policy }): Work {
  yield roll;
  const cause = isSame(scopeParts(roll.policy), scopeParts(policy)) ? 'change' : 'scope';
  const moved = roll.policy.namespace !== policy.namespace || roll.policy.daemonset !== policy.daemonset;
  if (moved) yield* leaveDaemonSet(context, roll, now);
  context.sink.adopted(policy, now);
  // A changed label is how too many pools are mended: its pools are named anew.
  if (moved || !isSame(poolParts(roll.policy), poolParts(policy))) roll.pools = createPoolNames(policy);
  roll.policy = policy;
  roll.maintenance = undefined;
  roll.askedSlis = askedSlis(policy);
  keepDaemonSet(context, roll);
  if (roll.started) yield* reviewAll(context, roll, { cause: moved ? 'start' : cause, now });
}

function* leaveDaemonSet(context: Context, roll: PolicyRoll, now: Instant): Work {
  yield* strikeAll(context, roll, { now, evidence: 'the policy changed its DaemonSet' });
  roll.lastDaemonSet = undefined;
  roll.divergenceSinceMono = undefined;
  roll.phantoms.clear();
  context.sink.dropped(roll.policy);
}

/** What of a policy draws its scope; any other edit leaves what is remembered of it alone. */
function scopeParts({ selector, exclusions, joiningTaints, leavingTaints }: Policy): readonly unknown[] {
  return [selector, exclusions, joiningTaints, leavingTaints];
}

function poolParts({ poolLabels, minimum }: Policy): readonly unknown[] {
  return [poolLabels, [...minimum.keys()]];
}
