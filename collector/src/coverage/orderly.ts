/** Which uncovered nodes an orderly change explains: a rollout inside its budget, or an upgrade that takes one node after the other. */
import type { Owner, ReasonCode } from '@rollcall/contract';
import type { Inventory, NodeEntry } from '../inventory/index.ts';
import { sightRollout } from './making-sight.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { NodeRecord } from './record.ts';

/** Of a pool: uncovered nodes that a rollout, or an upgrade, explains. They count against budgets like any other. */
export interface OrderlyNodes {
  readonly rollout: number;
  readonly upgrade: number;
}

/** What orderly changes explain of a policy. */
export interface Orderly {
  readonly pools: ReadonlyMap<string, OrderlyNodes>;
  /** The nodes that are counted there; of few at most, since both changes are capped. */
  readonly records: ReadonlySet<NodeRecord>;
}

/** No step of an orderly change takes a node longer. */
const STEP_MS = 30 * 60_000;
/** So many nodes of a pool are upgraded at once, and no more. */
const UPGRADED_AT_ONCE = 1;

const OF_ROLLOUTS: ReadonlySet<ReasonCode | ''> = new Set(['RolloutReplacing', 'Starting', 'NotYetAvailable']);

/**
 * At `nowMono`. More of them at once than a rollout may spend, or an upgrade takes, are no orderly change, and then none of them is one: what
 * goes wrong on many nodes must not hide behind it.
 */
export function readOrderly(inventory: Inventory, roll: PolicyRoll, nowMono: number): Orderly {
  const upgraded: NodeRecord[] = [];
  const replaced: NodeRecord[] = [];
  for (const record of roll.uncovered) {
    const { standing, name } = record;
    if (standing === undefined || name === '') continue;
    const node = inventory.nodes.get(name);
    if (node !== undefined && isUpgraded(node, { owner: standing.owner, roll, nowMono })) upgraded.push(record);
    else if (OF_ROLLOUTS.has(standing.reason)) replaced.push(record);
  }
  const isShort = ({ sinceMono }: NodeRecord): boolean => nowMono - sinceMono < STEP_MS;
  const inBudget = replaced.length <= budgetOf(inventory, roll);
  const upgrades = [...Map.groupBy(upgraded, poolOf).values()]
    .filter(({ length }) => length <= UPGRADED_AT_ONCE)
    .flat();
  const [upgrade, rollout] = [upgrades.filter(isShort), inBudget ? replaced.filter(isShort) : []];
  return { pools: count(upgrade, rollout), records: new Set([...upgrade, ...rollout]) };
}

interface Seen {
  readonly owner: Owner | '';
  readonly roll: PolicyRoll;
  readonly nowMono: number;
}

/** Cordoned and down, or back for no longer than the daemon may take to start: until then its pod and its heartbeat are late by the reboot. */
function isUpgraded({ object, readySinceMono }: NodeEntry, { owner, roll, nowMono }: Seen): boolean {
  if (!object.unschedulable) return false;
  if (owner === 'node' || owner === 'rollout') return true;
  const isBack = object.ready.status === 'True' && nowMono - readySinceMono < roll.policy.podLayer.startDeadlineMs;
  return owner === 'agent' && isBack;
}

function budgetOf(inventory: Inventory, { daemonSet }: PolicyRoll): number {
  return daemonSet?.object.strategy === 'RollingUpdate' ? sightRollout(inventory, daemonSet).budget : 0;
}

function poolOf({ standing }: NodeRecord): string {
  return standing?.pool ?? '';
}

function count(upgrades: readonly NodeRecord[], rollouts: readonly NodeRecord[]): ReadonlyMap<string, OrderlyNodes> {
  const counts = new Map<string, OrderlyNodes>();
  const add = (record: NodeRecord, by: OrderlyNodes): void => {
    const { rollout, upgrade } = counts.get(poolOf(record)) ?? NO_ORDERLY;
    counts.set(poolOf(record), { rollout: rollout + by.rollout, upgrade: upgrade + by.upgrade });
  };
  for (const record of upgrades) add(record, { rollout: 0, upgrade: 1 });
  for (const record of rollouts) add(record, { rollout: 1, upgrade: 0 });
  return counts;
}

/** Of a pool in which nothing is explained so. */
export const NO_ORDERLY: OrderlyNodes = { rollout: 0, upgrade: 0 };
/** Of a policy in which nothing is. */
export const NOTHING_ORDERLY: Orderly = { pools: new Map(), records: new Set() };
