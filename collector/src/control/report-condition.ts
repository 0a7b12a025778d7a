/** Writes a policy's Ready condition into its status, so that `kubectl get daemoncoverages` shows what is rejected and why. */
import { GROUP, VERSION, type PolicyCondition } from '@rollcall/contract';
import { patchStatus, type Connection, type Log } from '@rollcall/kube';

/** Which policy of the API. */
export interface PolicyName {
  readonly namespace: string;
  readonly name: string;
}

/** Reports a condition; returns at once. Writes for one policy keep their order, and only the last of several that wait is sent. */
export type ReportCondition = (policy: PolicyName, condition: PolicyCondition) => void;

interface Slot {
  next: PolicyCondition | undefined;
  busy: boolean;
}

/** A writer over a connection. A failed write is logged and not tried again before the condition changes: it is a courtesy. */
export function createConditionReporter(connection: Connection, log: Log, now: () => string): ReportCondition {
  const slots = new Map<string, Slot>();
  const drain = async (policy: PolicyName, slot: Slot): Promise<void> => {
    slot.busy = true;
    while (slot.next !== undefined) {
      const condition = slot.next;
      slot.next = undefined;
      await write(connection, policy, { ...condition, lastTransitionTime: now() }).catch((error: unknown) => {
        log.warn({ ...policy, err: error }, 'the condition of a policy could not be written');
      });
    }
    slot.busy = false;
  };
  return (policy, condition) => {
    const key = `${policy.namespace}/${policy.name}`;
    const slot = slots.get(key) ?? { next: undefined, busy: false };
    slots.set(key, slot);
    slot.next = condition;
    if (!slot.busy) void drain(policy, slot);
  };
}

async function write(connection: Connection, { namespace, name }: PolicyName, condition: object): Promise<void> {
  const path = `/apis/${GROUP}/${VERSION}/namespaces/${namespace}/daemoncoverages/${name}`;
  await patchStatus(connection, path, { conditions: [condition] });
}
