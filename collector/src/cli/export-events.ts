/**
 * Passes Kubernetes Events about the policies' DaemonSets and pods on, since the API server forgets them after an hour: to the journal all of
 * them, as log lines and to an OpenTelemetry collector those that are new, at a bounded rate.
 */
import type { ClusterEvent, EventRow, Journal, KubeEventObject } from '@rollcall/contract';
import type { Clock } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { Roll } from '../coverage/index.ts';
import { createTokenBucket } from '../http/token-bucket.ts';

/** An event and what it is about. `daemonset` is `namespace/name`; `row` is how the journal keeps it. */
export interface ExportedEvent {
  readonly object: KubeEventObject;
  readonly daemonset: string;
  readonly row: EventRow;
}

/** What events are passed on with. `roll` is asked for at each event. */
export interface EventExportHost {
  readonly cluster: string;
  readonly log: Pick<Logger, 'info'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly roll: () => Pick<Roll, 'inventory' | 'policies'>;
  /** Gets what is logged, too. */
  readonly send?: ((event: ExportedEvent) => void) | undefined;
}

/** So many log lines in a burst, and a second from then on. */
const BURST = 100;
const PER_SECOND = 10;
/** What was said while nobody listened, at a start, is said again if it is not older. */
const YOUNG_MS = 60_000;
/** So many events are known by their count, so that a list that says all again says nothing new; those without a pod yet are fewer. */
const MOST_KNOWN = 2_000;
const MOST_WAITING = 200;

/** Answers what is to hear of every event of the core, once it is applied. It never throws. */
export function exportEvents(host: EventExportHost): (event: ClusterEvent) => void {
  const known = new Map<string, number>();
  const waiting = new Map<string, readonly KubeEventObject[]>();
  const say = createSpeaker(host);
  const take = (object: KubeEventObject, isYoung: boolean): void => {
    const found = describeEvent(host, object);
    if (found === undefined) return wait(waiting, object);
    const before = known.get(object.uid) ?? 0;
    if (object.count <= before) return;
    remember(known, object);
    host.journal.append(found.row);
    // One that goes on and on is said each time that it has happened twice as often.
    if (isYoung && Math.floor(Math.log2(object.count)) > Math.floor(Math.log2(before))) say(found);
  };
  return (event) => {
    if (event.kind === 'kubeEvent' && event.object !== undefined) take(event.object, isNew(host, event));
    if (event.kind !== 'pod' || waiting.size === 0) return;
    const held = waiting.get(event.uid) ?? [];
    waiting.delete(event.uid);
    for (const object of held) take(object, true);
  };
}

function isNew({ roll, clock }: EventExportHost, event: ClusterEvent & { readonly kind: 'kubeEvent' }): boolean {
  const { watches } = roll().inventory;
  return watches.get(event.source) === 'live' || clock.wallMs() - (event.object?.lastAt ?? 0) < YOUNG_MS;
}

function wait(waiting: Map<string, readonly KubeEventObject[]>, object: KubeEventObject): void {
  if (object.involvedKind !== 'Pod') return;
  const held = waiting.get(object.involvedUid) ?? [];
  waiting.delete(object.involvedUid);
  waiting.set(object.involvedUid, [...held, object].slice(-8));
  trim(waiting, MOST_WAITING);
}

function remember(known: Map<string, number>, { uid, count }: KubeEventObject): void {
  known.delete(uid);
  known.set(uid, count);
  trim(known, MOST_KNOWN);
}

function trim(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** Undefined if it is about nothing that a policy in force is about. */
function describeEvent({ roll, cluster, clock }: EventExportHost, object: KubeEventObject): ExportedEvent | undefined {
  const { inventory, policies } = roll();
  const { ownerUid, target: node } = inventory.pods.get(object.involvedUid)?.object ?? {
    ownerUid: object.involvedUid,
    target: '',
  };
  const policy = [...policies.values()].find(({ daemonSet }) => daemonSet?.object.uid === ownerUid)?.policy;
  if (policy === undefined) return undefined;
  const nodeUid = inventory.nodes.get(node)?.object.uid ?? '';
  const about = { cluster, policyUid: policy.uid, nodeUid, node, pool: '' };
  const wallMs = object.lastAt ?? Math.floor(clock.wallMs());
  return {
    object,
    daemonset: `${policy.namespace}/${policy.daemonset}`,
    row: { ...about, wallMs, ...describeObject(object) },
  };
}

function describeObject(
  object: KubeEventObject,
): Omit<EventRow, 'cluster' | 'policyUid' | 'nodeUid' | 'node' | 'pool' | 'wallMs'> {
  const { involvedKind, involvedName, namespace, uid, reason, message, type, component, count } = object;
  const about = `${involvedKind}/${namespace}/${involvedName}`;
  return { kind: 'event', eventUid: uid, object: about, reason, message, type, component, count };
}

/** Says what it is given as far as the rate lets it, and how much it had to keep to itself. */
function createSpeaker({ log, clock, send }: EventExportHost): (event: ExportedEvent) => void {
  const take = createTokenBucket({ perSecond: PER_SECOND, burst: BURST }, clock.monoMs);
  let unsaid = 0;
  return (event) => {
    if (!take()) {
      unsaid += 1;
      return;
    }
    if (unsaid > 0) log.info({ events: unsaid }, 'more Kubernetes Events than are logged; the journal has them all');
    unsaid = 0;
    const { reason, type, node, object, component, count, message } = event.row;
    const fields = { daemonset: event.daemonset, node, object, event: reason, type, component, count };
    log.info(fields, message);
    send?.(event);
  };
}
