/** Joins the identity of senders with what the inventory knows of their pods, and lets their heartbeats into the pipeline. */
import { checkHeartbeat, HEARTBEATS, type HeartbeatObject, type HeartbeatResult } from '@rollcall/contract';
import type { Connection, Log } from '@rollcall/kube';
import type { BoundTo } from '../control/verify-token.ts';
import { createSenderReviews } from '../control/identify-sender.ts';
import { heartbeatTerms, type Instant, type PolicyRoll } from '../coverage/index.ts';
import type { Intake, ReportFault } from '../http/reports.ts';
import { isReplay } from '../inventory/index.ts';
import { stampNow } from '../watch/watch-kind.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { Machine } from './system-clock.ts';

/** What the intake is made of. */
export interface IntakeParts {
  readonly live: Pick<LivePipeline, 'pipeline' | 'emit' | 'now'>;
  readonly machine: Pick<Machine, 'clock'>;
  readonly log: Log;
  readonly connection: Connection;
}

/** The intake with its counts since the process began, by outcome. */
export interface CountedIntake extends Intake {
  counts(): Readonly<Record<string, number>>;
}

/** So long events may wait before reports are sent away. */
const BEHIND_MS = 5_000;

/** The intake of a running collector. */
export function createIntake({ live, machine, connection, log }: IntakeParts): CountedIntake {
  const { clock } = machine;
  const now = (): Instant => stampNow(clock);
  const identify = createSenderReviews({ connection, clock, log });
  const counts: Record<Outcome, number> = { ...NOTHING_COUNTED };
  const count = (outcome: Outcome): void => void (counts[outcome] += 1);
  return {
    now,
    counts: () => ({ ...counts }),
    refused: count,
    isBehind: () => now().monoMs - live.now().monoMs > BEHIND_MS,
    admit: async (token) => {
      const verdict = await identify(token);
      if (verdict.outcome === 'unavailable') return verdict;
      if (verdict.outcome === 'refused')
        return { outcome: 'unauthenticated', detail: `This token is not good: ${verdict.why}; ${MEND}.` };
      const found = findSender(live, verdict.sender);
      if (typeof found === 'string') return { outcome: 'forbidden', detail: found };
      const take = (item: unknown, at: number): HeartbeatResult => {
        const result = takeItem(live, item, { at, sender: found, now: now() });
        count(result.outcome === 'refused' ? (result.status === 403 ? 'forbidden' : 'malformed') : result.outcome);
        return result;
      };
      return { outcome: 'admitted', takeHeartbeats: (items) => items.map(take) };
    },
  };
}

type Outcome = ReportFault | 'accepted' | 'replayed';

const NOTHING_COUNTED: Readonly<Record<Outcome, number>> = {
  accepted: 0,
  replayed: 0,
  unauthenticated: 0,
  forbidden: 0,
  unavailable: 0,
  overloaded: 0,
  malformed: 0,
};

const MEND = "send that of a projected volume of the daemon's pod with the audience rollcall";

interface Sender {
  readonly ownerUid: string;
  readonly podUid: string;
  readonly node: string;
}

interface Taking {
  readonly at: number;
  readonly sender: Sender;
  readonly now: Instant;
}

function takeItem(live: IntakeParts['live'], item: unknown, { at, sender, now }: Taking): HeartbeatResult {
  const checked = checkHeartbeat(item, at);
  if (!checked.ok) return { outcome: 'refused', status: 400, detail: checked.fault };
  const { node } = checked.report;
  if (node !== sender.node) {
    const detail = `items[${at}].node: ${JSON.stringify(node)}: is not the node of the token's pod; send heartbeats of ${JSON.stringify(sender.node)} only`;
    return { outcome: 'refused', status: 403, detail };
  }
  const object: HeartbeatObject = { ...checked.report, ownerUid: sender.ownerUid, podUid: sender.podUid };
  const isOld = isReplay(live.pipeline.roll.inventory, object);
  live.emit({ kind: 'heartbeat', source: HEARTBEATS, uid: sender.podUid, object, ...now });
  return { outcome: isOld ? 'replayed' : 'accepted' };
}

/** Who it is that a token was made for, by what the cluster says now; or why that one may not report. */
function findSender({ pipeline }: IntakeParts['live'], token: BoundTo): Sender | string {
  const { roll } = pipeline;
  const { podUid, namespace, serviceAccount } = token;
  if (podUid === '') return `The token of ${namespace}/${serviceAccount} is bound to no pod; ${MEND}.`;
  const pod = roll.inventory.pods.get(podUid)?.object;
  const policy = pod === undefined ? undefined : findPolicy([...roll.policies.values()], pod.ownerUid);
  if (pod === undefined || policy === undefined || pod.namespace !== namespace)
    return `No policy asks for heartbeats of the pod ${podUid} in ${namespace}; set health.heartbeat in the policy of its DaemonSet, or try again if the pod is new.`;
  const accounts = accountsOf(policy);
  if (!accounts.includes(serviceAccount))
    return `The policy about ${policy.policy.namespace}/${policy.policy.daemonset} takes heartbeats of ServiceAccount ${accounts.join(', ')}, not of ${serviceAccount}; name it in health.heartbeat.serviceAccounts.`;
  if (!pod.bound || (token.node !== '' && token.node !== pod.target))
    return `The pod ${pod.namespace}/${pod.name} is not on the node ${JSON.stringify(token.node)} of its token; ${MEND}.`;
  return { ownerUid: pod.ownerUid, podUid, node: pod.target };
}

function findPolicy(rolls: readonly PolicyRoll[], ownerUid: string): PolicyRoll | undefined {
  return rolls.find(
    ({ policy, daemonSet }) => daemonSet?.object.uid === ownerUid && heartbeatTerms(policy) !== undefined,
  );
}

function accountsOf({ policy, daemonSet }: PolicyRoll): readonly string[] {
  const named = heartbeatTerms(policy)?.serviceAccounts ?? [];
  return named.length > 0 ? named : [daemonSet?.object.serviceAccount ?? 'default'];
}
