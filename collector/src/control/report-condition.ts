/** Writes a policy's Ready condition into its status, so that `kubectl get daemoncoverages` shows what is rejected and why. */
import { GROUP, valueAt, VERSION, type PolicyCondition } from '@rollcall/contract';
import { KubeError, patchStatus, type Connection, type Log } from '@rollcall/kube';

/** Which policy of the API, and the conditions that its status has as far as is known. */
export interface ReportedPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly written: readonly unknown[];
}

/** Reports a condition; returns at once. Writes for one policy keep their order, and only the last of several that wait is sent. */
export type ReportCondition = (policy: ReportedPolicy, condition: PolicyCondition) => void;

/** What a reporter works with; `now` is RFC 3339. */
export interface ReporterHost {
  readonly connection: Connection;
  readonly log: Log;
  now(): string;
}

interface Report {
  readonly policy: ReportedPolicy;
  readonly condition: PolicyCondition;
}

interface Slot {
  next: Report | undefined;
  busy: boolean;
}

/**
 * A writer over a connection. What the status says when a policy is first seen is not written again. A write that failed
 * is logged and not tried again before the condition changes: it is a courtesy. A policy that is gone needs none.
 */
export function createConditionReporter(host: ReporterHost): ReportCondition {
  // Kept for each policy that was ever written: from then on its status may be older than our last write.
  const slots = new Map<string, Slot>();
  const drain = async (slot: Slot): Promise<void> => {
    slot.busy = true;
    for (let report = slot.next; report !== undefined; report = slot.next) {
      slot.next = undefined;
      await write(host, report);
    }
    slot.busy = false;
  };
  return (policy, condition) => {
    const key = `${policy.namespace}/${policy.name}`;
    const known = slots.get(key);
    if (known === undefined && policy.written.some((own) => saysTheSame(own, condition))) return;
    const slot = known ?? { next: undefined, busy: false };
    slots.set(key, slot);
    slot.next = { policy, condition };
    if (!slot.busy) void drain(slot);
  };
}

async function write({ connection, log, now }: ReporterHost, { policy, condition }: Report): Promise<void> {
  const { namespace, name, written } = policy;
  const path = `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/daemoncoverages/${name}`;
  const isOurs = (own: unknown): boolean => valueAt(own, ['type']) === condition.type;
  const before = written.find(isOurs);
  // Kubernetes' convention: the time of the last change of `status`, not of the last write.
  const since = valueAt(before, ['status']) === condition.status ? valueAt(before, ['lastTransitionTime']) : undefined;
  const lastTransitionTime = typeof since === 'string' ? since : now();
  // A merge patch replaces the whole list: whatever others wrote goes along.
  const conditions = [...written.filter((own) => !isOurs(own)), { ...condition, lastTransitionTime }];
  try {
    await patchStatus(connection, path, { conditions });
  } catch (error) {
    if (error instanceof KubeError && error.code === 'NotFound') return;
    log.warn({ namespace, policy: name, err: error }, 'the condition of a policy could not be written');
  }
}

function saysTheSame(written: unknown, condition: PolicyCondition): boolean {
  return Object.entries(condition).every(([field, value]) => valueAt(written, [field]) === value);
}
