/** Gathers from the inventory what is judged of one node under one policy. */
import { eventsAbout, imagesOf, podsOf, type Inventory, type NodeEntry } from '../inventory/index.ts';
import { sightDaemons } from './daemon-sight.ts';
import { sightEgress } from './egress/egress-sight.ts';
import { decidePlacement, type Placement } from './expectation.ts';
import { sightHeartbeat } from './heartbeat-sight.ts';
import { pickPod } from './pod-layer.ts';
import { poolOf, type PolicyRoll } from './policy-roll.ts';
import { planNode, sightWindows } from './maintenance.ts';
import type { NodeRecord } from './record.ts';
import { sightMaking, sightRollout } from './making-sight.ts';
import type { Instant, Subject } from './subject.ts';
import { sightTelemetry } from './telemetry-sight.ts';
import { sightUsage } from './usage-sight.ts';

/** The placement of a node under a policy whose template was never seen: nothing is known to let it in. */
const NO_TEMPLATE: Placement = {
  shouldRun: false,
  keepRunning: false,
  rule: 'nodeSelector',
  untolerated: [],
  admitted: false,
};

/** Where the pods of the policy's DaemonSet would run: by its template, or by the last one that was seen. */
export function placeNode(roll: PolicyRoll, node: NodeEntry): Placement | undefined {
  const template = roll.lastDaemonSet?.object.placement;
  return template === undefined ? undefined : decidePlacement(node.object, template);
}

/** What is known of a node for its subject; `placement` as `placeNode` gave it. */
interface Seen {
  readonly record: NodeRecord;
  readonly node: NodeEntry;
  readonly placement: Placement | undefined;
  readonly now: Instant;
}

/** The subject for one record. */
export function formSubject(inventory: Inventory, roll: PolicyRoll, seen: Seen): Subject {
  return new RollSubject(inventory, roll, seen);
}

/** Looks up what only the diagnosis of bad nodes asks for when it does: nearly all nodes are well, and each look costs as much as judging. */
class RollSubject implements Subject {
  readonly policy: Subject['policy'];
  readonly node: NodeEntry;
  readonly pool: string;
  readonly daemonSet: Subject['daemonSet'];
  readonly placement: Placement;
  readonly pods: Subject['pods'];
  readonly daemon: Subject['daemon'];
  readonly heartbeat: Subject['heartbeat'];
  readonly past: NodeRecord;
  readonly now: Instant;
  readonly #inventory: Inventory;
  readonly #roll: PolicyRoll;
  #planned: Subject['planned'] | undefined = undefined;

  constructor(inventory: Inventory, roll: PolicyRoll, { record, node, placement, now }: Seen) {
    const { policy, daemonSet } = roll;
    const { name } = node.object;
    this.policy = policy;
    this.node = node;
    this.pool = roll.pools.nameOf(poolOf(policy, node.object));
    this.daemonSet = daemonSet;
    this.placement = placement ?? NO_TEMPLATE;
    // A DaemonSet that is gone owns no pods, whatever of them is still there.
    const ownerUid = daemonSet?.object.uid ?? '';
    this.pods = podsOf(inventory, ownerUid, name);
    this.daemon = sightDaemons(inventory, policy, { node: name, nowMono: now.monoMs });
    this.heartbeat = sightHeartbeat(inventory, policy, { ownerUid, node: name, pod: pickPod(this.pods) });
    this.past = record;
    this.now = now;
    this.#inventory = inventory;
    this.#roll = roll;
  }

  get pod(): Subject['pod'] {
    return pickPod(this.pods);
  }

  get gone(): Subject['gone'] {
    return this.#inventory.goneAt.get(this.#ownerUid)?.get(this.node.object.name);
  }

  get newestHash(): string {
    return this.#inventory.newestHashes.get(this.#ownerUid) ?? '';
  }

  get telemetry(): Subject['telemetry'] {
    return sightTelemetry(this.#inventory, this.policy, this.node.object.name);
  }

  get usage(): Subject['usage'] {
    const { policy, node, pods, heartbeat, now } = this;
    return sightUsage(this.#inventory, policy, {
      ...{ node: node.object.name, pods, report: heartbeat?.report, monoMs: now.monoMs },
    });
  }

  get imageCounts(): Subject['imageCounts'] {
    return imagesOf(this.#inventory.imageCounts, this.#ownerUid, this.pod?.object.hash ?? '');
  }

  get sink(): Subject['sink'] {
    return this.#roll.sink;
  }

  get lease(): Subject['lease'] {
    return this.#inventory.leases.get(this.node.object.name);
  }

  get podEvents(): Subject['podEvents'] {
    const { pod } = this;
    return pod === undefined ? [] : eventsAbout(this.#inventory.events, pod.object.uid, this.now.monoMs);
  }

  get daemonSetEvents(): Subject['daemonSetEvents'] {
    return eventsAbout(this.#inventory.events, this.#ownerUid, this.now.monoMs);
  }

  get making(): Subject['making'] {
    return sightMaking(this.#inventory, { uid: this.#ownerUid, namespace: this.policy.namespace });
  }

  get rollout(): Subject['rollout'] {
    return sightRollout(this.#inventory, this.daemonSet);
  }

  get egress(): Subject['egress'] {
    return sightEgress(this.#inventory, this.#roll);
  }

  get planned(): Subject['planned'] {
    const maintenance = (this.#roll.maintenance ??= sightWindows(this.#inventory, this.policy));
    return (this.#planned ??= planNode(maintenance, this));
  }

  get #ownerUid(): string {
    return this.daemonSet?.object.uid ?? '';
  }
}

/** True where the DaemonSet controller would place a pod: nowhere for a DaemonSet that is gone. */
export function isEligible({ daemonSet, placement }: Subject): boolean {
  return daemonSet !== undefined && placement.shouldRun;
}
