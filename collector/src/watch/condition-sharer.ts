/** Makes equal conditions one object: on nearly all nodes and pods they say the same in the same words. */
import type { Condition } from '@rollcall/contract';

/** The condition of an object that does not have it: nobody has said anything yet. */
export const NO_CONDITION: Condition = Object.freeze({ status: 'Unknown', reason: '', message: '' });

// Kubernetes has a few dozen reasons.
const MOST_REASONS = 1_000;

/** Keeps the latest condition of each reason and status. */
export class ConditionSharer {
  readonly #byReason = new Map<string, Condition[]>();

  /** A condition of those words, the same object as the one before with the same reason and status if that says the same. */
  share(status: string, reason: string, message: string): Condition {
    const known = this.#byReason.get(reason) ?? [];
    const at = known.findIndex((one) => one.status === status);
    const latest = known[at];
    if (latest?.message === message) return latest;
    const condition = { status, reason, message };
    if (at >= 0) known[at] = condition;
    else this.#learn(known, condition);
    return condition;
  }

  #learn(known: Condition[], condition: Condition): void {
    if (this.#byReason.size >= MOST_REASONS) this.#byReason.clear();
    // True, False and Unknown are the statuses that there are.
    if (known.length < 3) this.#byReason.set(condition.reason, [...known, condition]);
  }
}
