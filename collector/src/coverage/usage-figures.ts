/** What daemons use, pool by pool, and the worst nodes of a policy by name. */
import { WORST_LIMIT, type WorstBy } from '@rollcall/contract';
import { podsOf, type Inventory } from '../inventory/index.ts';
import { heartbeatTerms } from './heartbeat-terms.ts';
import { sightHeartbeat } from './heartbeat-sight.ts';
import { lagMs } from './ingestion-layer.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { RESTART_WINDOW_MS, type NodeRecord } from './record.ts';
import { resourcesSli } from './resources-sli.ts';
import { isInScope } from './standing.ts';
import { originsOf, sightTelemetry } from './telemetry-sight.ts';
import { sightUsage } from './usage-sight.ts';

/** Of the daemons of a pool that were measured lately: by nearest rank, so that each is a value of some daemon, and their sum. */
export interface UsageFigures {
  readonly quantiles: readonly { readonly quantile: string; readonly value: number }[];
  readonly sum: number;
}

/** Cores, and bytes; undefined where nobody tells. */
export interface PoolUsage {
  readonly cpu: UsageFigures | undefined;
  readonly memory: UsageFigures | undefined;
}

/** One of the worst nodes: seconds of lag, restarts in the last hour, cores, or bytes; `rank` is 1 for the worst. */
export interface WorstNode {
  readonly by: WorstBy;
  readonly rank: number;
  readonly node: string;
  readonly pool: string;
  readonly value: number;
}

/** What a walk over the nodes of a policy finds. */
export interface UsageReading {
  readonly pools: ReadonlyMap<string, PoolUsage>;
  readonly worst: readonly WorstNode[];
}

const QUANTILES: readonly (readonly [label: string, share: number])[] = [
  ['0.5', 0.5],
  ['0.99', 0.99],
  ['1', 1],
];

/** Reads it; no walk over the nodes unless the policy asks what could tell. Nodes out of scope are left out. */
export function readUsage(inventory: Inventory, roll: PolicyRoll, monoMs: number): UsageReading {
  const found: Found = { cpu: new Map(), memory: new Map(), worst: { lag: [], restarts: [], cpu: [], memory: [] } };
  for (const record of isAsked(roll) ? roll.records.values() : []) addNode(found, { inventory, roll, record, monoMs });
  for (const record of roll.restarted) addRestarts(found, record, monoMs);
  const pools = new Set([...found.cpu.keys(), ...found.memory.keys()]);
  return {
    pools: new Map(
      [...pools].map((pool) => [pool, { cpu: sumUp(found.cpu.get(pool)), memory: sumUp(found.memory.get(pool)) }]),
    ),
    worst: (Object.keys(found.worst) as WorstBy[]).flatMap((by) =>
      found.worst[by].map((own, index) => ({ by, rank: index + 1, ...own })),
    ),
  };
}

function isAsked({ policy }: PolicyRoll): boolean {
  return resourcesSli.isAsked(policy) || heartbeatTerms(policy) !== undefined || originsOf(policy).length > 0;
}

type Candidate = Pick<WorstNode, 'node' | 'pool' | 'value'>;

interface Found {
  readonly cpu: Map<string, number[]>;
  readonly memory: Map<string, number[]>;
  readonly worst: Readonly<Record<WorstBy, Candidate[]>>;
}

interface Looked {
  readonly inventory: Inventory;
  readonly roll: PolicyRoll;
  readonly record: NodeRecord;
  readonly monoMs: number;
}

function addNode(found: Found, { inventory, roll: { policy, daemonSet }, record, monoMs }: Looked): void {
  const { name: node, standing } = record;
  if (node === '' || standing === undefined || !isInScope(standing)) return;
  const place = { node, pool: standing.pool };
  const ownerUid = daemonSet?.object.uid ?? '';
  const sight = sightHeartbeat(inventory, policy, { ownerUid, node, pod: undefined });
  const lags = sightTelemetry(inventory, policy, node).map((word) => word.lagMs);
  addLag(found, place, [...lags, sight && lagMs(sight, monoMs)]);
  const pods = podsOf(inventory, ownerUid, node);
  const usage = sightUsage(inventory, policy, { node, pods, report: sight?.report, monoMs });
  addUsed(found, 'cpu', { ...place, value: usage?.cpuCores });
  addUsed(found, 'memory', { ...place, value: usage?.memoryBytes });
}

function addLag({ worst }: Found, place: Omit<Candidate, 'value'>, lags: readonly (number | undefined)[]): void {
  const known = lags.filter((lag) => lag !== undefined);
  if (known.length > 0) keepWorst(worst.lag, { ...place, value: Math.round(Math.max(...known)) / 1_000 });
}

type Used = Omit<Candidate, 'value'> & { readonly value: number | undefined };

function addUsed(found: Found, by: 'cpu' | 'memory', { value, ...place }: Used): void {
  if (value === undefined) return;
  const values = found[by].get(place.pool);
  if (values === undefined) found[by].set(place.pool, [value]);
  else values.push(value);
  keepWorst(found.worst[by], { ...place, value });
}

function addRestarts(found: Found, { name: node, standing, restarts }: NodeRecord, monoMs: number): void {
  if (standing === undefined || !isInScope(standing)) return;
  const value = restarts.filter((atMono) => atMono > monoMs - RESTART_WINDOW_MS).length;
  if (value > 0) keepWorst(found.worst.restarts, { node, pool: standing.pool, value });
}

/** Keeps the worst in order; equal ones by name, so that equal clusters show equal series. */
function keepWorst(worst: Candidate[], candidate: Candidate): void {
  const last = worst.at(-1);
  if (worst.length === WORST_LIMIT && last !== undefined && isWorse(last, candidate)) return;
  const at = worst.findIndex((other) => isWorse(candidate, other));
  worst.splice(at === -1 ? worst.length : at, 0, candidate);
  if (worst.length > WORST_LIMIT) worst.pop();
}

function isWorse(one: Candidate, other: Candidate): boolean {
  return one.value === other.value ? one.node < other.node : one.value > other.value;
}

function sumUp(values: readonly number[] | undefined): UsageFigures | undefined {
  if (values === undefined) return undefined;
  const sorted = Float64Array.from(values).sort();
  const quantiles = QUANTILES.map(([quantile, share]) => ({
    quantile,
    value: sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0,
  }));
  return { quantiles, sum: sorted.reduce((sum, value) => sum + value, 0) };
}
