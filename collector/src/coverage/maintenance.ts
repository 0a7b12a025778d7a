/** Planned work: which windows a node is in, and how much of what may be excused is used up. */
import {
  parseRfc3339,
  annotationOf,
  type LabelSelector,
  type MaintenanceObject,
  type Policy,
} from '@rollcall/contract';
import type { Inventory, NodeEntry, Spell, WindowEntry } from '../inventory/index.ts';
import { METER_WINDOW_MS } from './excuse-meter.ts';
import { matchesLabels } from './selector.ts';
import type { Excuse, Instant, Planned } from './subject.ts';

/** The share of an objective's window that planned work may take out of it. */
export const MAINTENANCE_CAP = 0.1;

/** Until when a node is to be excused, in RFC 3339, and why: annotations of the node itself. */
const UNTIL = 'rollcall.dev/maintenance-until';
const REASON = 'rollcall.dev/maintenance-reason';

/** The windows that speak for a policy, and what follows from them for the nodes that are in the same ones of them. */
export interface Maintenance {
  readonly windows: readonly WindowEntry[];
  /** By the windows that a node is in, as a word of them: their spells together, in order, none touching another. */
  readonly unions: Map<string, readonly Spell[]>;
}

/** Of the windows those that speak for the policy. */
export function sightWindows({ windows }: Inventory, policy: Policy): Maintenance {
  return { windows: [...windows.values()].filter(({ object }) => speaksFor(object, policy)), unions: new Map() };
}

/** True for a window that may be about nodes of the policy. */
export function speaksFor({ namespace, everyNamespace, policies }: MaintenanceObject, policy: Policy): boolean {
  if (!everyNamespace && policy.policyNamespace !== namespace) return false;
  return policies.length === 0 || policies.includes(`${policy.policyNamespace}/${policy.name}`);
}

/** One node whose planned work is asked for. */
interface Asked {
  readonly policy: Policy;
  readonly node: NodeEntry;
  readonly pool: string;
  readonly now: Instant;
}

const NOT_PLANNED: Planned = { window: undefined, changesMono: Infinity };

/** What the windows that speak for the policy mean to one of its nodes. */
export function planNode(maintenance: Maintenance, { policy, node, pool, now }: Asked): Planned {
  const { windows } = maintenance;
  if (windows.length === 0) return NOT_PLANNED;
  const own = windows.filter(({ object }) => isIn(object, node, pool));
  if (own.length === 0) return NOT_PLANNED;
  const use = useAt(unionOf(maintenance, own), { nowMono: now.monoMs, periodMs: periodOf(policy) });
  const open = use.isOpen && use.leftMs > 0 ? own.find(({ spells }) => isOpenAt(spells, now.monoMs)) : undefined;
  return { window: open?.object, changesMono: use.changesMono };
}

function isIn({ pools, nodes, selector }: MaintenanceObject, { object }: NodeEntry, pool: string): boolean {
  if (pools.length > 0 && !pools.includes(pool)) return false;
  if (nodes.length > 0 && !nodes.includes(object.name)) return false;
  return selector === undefined || matchesLabels(selector satisfies LabelSelector, object);
}

function unionOf({ unions, windows }: Maintenance, own: readonly WindowEntry[]): readonly Spell[] {
  const key = own.map((entry) => windows.indexOf(entry)).join(' ');
  const known = unions.get(key) ?? joinSpells(own.flatMap(({ spells }) => spells));
  unions.set(key, known);
  return known;
}

/** The same time in order, none of its spells touching another. */
export function joinSpells(spells: readonly Spell[]): readonly Spell[] {
  const joined: [number, number][] = [];
  for (const [start, end] of spells.toSorted(([one], [other]) => one - other)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** True for a set of spells that is open at an instant. */
export function isOpenAt(spells: readonly Spell[], nowMono: number): boolean {
  return spells.some(([start, end]) => start <= nowMono && nowMono < end);
}

/** The shortest of the policy's objectives says how much may be excused: of none may more than its share be taken out. */
export function periodOf({ objectives }: Policy): number {
  return objectives.reduce((least, { windowMs }) => Math.min(least, windowMs), 30 * METER_WINDOW_MS);
}

/** How much of what may be excused is used up. */
export interface CapUse {
  readonly isOpen: boolean;
  /** What may still be excused; 0 or less when nothing may. */
  readonly leftMs: number;
  readonly capMs: number;
  /** When any of it may change by itself. */
  readonly changesMono: number;
}

interface Period {
  readonly nowMono: number;
  readonly periodMs: number;
}

/**
 * The use at an instant, by the windows' times alone, so that a restart or another replica says the same. Spells that ended within the
 * period count whole, as those of an excuse's meter do: what is used up comes back at once, and not by the millisecond.
 */
export function useAt(spells: readonly Spell[], { nowMono, periodMs }: Period): CapUse {
  const capMs = Math.floor(periodMs * MAINTENANCE_CAP);
  let [usedMs, changesMono, isOpen] = [0, Infinity, false];
  for (const [start, end] of spells) {
    if (end + periodMs <= nowMono) continue;
    if (end <= nowMono) {
      usedMs += end - start;
      changesMono = Math.min(changesMono, end + periodMs);
    } else if (start <= nowMono) {
      usedMs += nowMono - start;
      isOpen = true;
      changesMono = Math.min(changesMono, end);
    } else {
      changesMono = Math.min(changesMono, start);
      break;
    }
  }
  const leftMs = capMs - usedMs;
  if (isOpen && leftMs > 0) changesMono = Math.min(changesMono, nowMono + leftMs);
  return { isOpen, leftMs, capMs, changesMono };
}

/** What of a policy's planned work is shown: its windows, and the most that any of its nodes has used of what may be excused. */
export interface MaintenanceReading {
  readonly windows: readonly { readonly window: string; readonly open: boolean }[];
  /** 1 when nodes in an open window are expected all the same; undefined without a window. */
  readonly capUsedRatio: number | undefined;
}

/** What of a policy's roll it is read from. */
interface MaintainedRoll {
  readonly policy: Policy;
  maintenance: Maintenance | undefined;
}

/** Reads it for a policy. */
export function readMaintenance(inventory: Inventory, roll: MaintainedRoll, nowMono: number): MaintenanceReading {
  const { policy } = roll;
  const { windows, unions } = (roll.maintenance ??= sightWindows(inventory, policy));
  const used = [...unions.values()].map((spells) => {
    const { leftMs, capMs } = useAt(spells, { nowMono, periodMs: periodOf(policy) });
    return Math.min(1, (capMs - leftMs) / capMs);
  });
  return {
    windows: windows.map(({ object: { namespace, name }, spells }) => ({
      window: `${namespace}/${name}`,
      open: isOpenAt(spells, nowMono),
    })),
    capUsedRatio: windows.length === 0 ? undefined : Math.max(0, ...used),
  };
}

/** In words, for those who ask why a node does not count. */
export function sayWindow({ namespace, name, owner, reason }: MaintenanceObject): string {
  return `in the maintenance window ${namespace}/${name} of ${owner}: ${reason}`;
}

/** The excuse that the node's own annotations ask for: as long each day as planned work may take out of one. */
export function annotated({ node, now }: Pick<Asked, 'node' | 'now'>): Excuse | undefined {
  const text = annotationOf(node.object, UNTIL);
  const until = text === undefined ? undefined : parseRfc3339(text);
  if (until === undefined || until <= now.wallMs) return undefined;
  const reason = annotationOf(node.object, REASON) || 'no reason given';
  return {
    code: 'Maintenance',
    message: `in maintenance until ${text} by its annotation: ${reason}`,
    capMs: Math.floor(METER_WINDOW_MS * MAINTENANCE_CAP),
    untilMono: now.monoMs + (until - now.wallMs),
  };
}
