/** What will happen in a run, drawn from its seed before it begins: troubles of the nodes, faults on the way to the collectors. */
import type { IncidentKind } from '@rollcall/embedded-kube';
import { seedNumbers } from '../e2e/random.ts';

/** The kinds of fault; what each does is said in faults.ts. */
export const FAULT_KINDS = [
  'cut',
  'cut every 5 s',
  '410',
  '410 events',
  '429 storm',
  '503 storm',
  'mute watches',
  'quiet cluster',
  'half-open',
  'half-open unprobed',
  'truncated gzip',
  'repeated events',
  'delayed events',
  'clock step',
  'API server killed',
  'partition',
  'compaction',
  'CRD deleted',
  'collector stopped',
  'collector killed',
  'all collectors killed',
  'Daemon source down',
  'Daemon CRD deleted',
] as const;

/** Those of them that are about protobuf; they are drawn for themselves. */
const ENCODING_FAULTS = ['JSON only', 'protobuf refused'] as const;

/** One of FAULT_KINDS or ENCODING_FAULTS. */
export type FaultKind = (typeof FAULT_KINDS)[number] | (typeof ENCODING_FAULTS)[number];

/** One fault: which collector it hits where it hits one, and a number in [0, 1) for whatever else it has to choose. */
export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly lastsMs: number;
  readonly victim: number;
  readonly choice: number;
}

/** One incident of the town; `choice` is as that of a fault. */
export interface Trouble {
  readonly kind: IncidentKind | 'daemonSick';
  readonly choice: number;
  readonly atMs: number;
  readonly seconds: number;
}

/** A whole run. Faults end before `calmMs`, which is when the last part begins: no fault any more, until `endMs`. */
export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  readonly collectors: number;
  /** Whether the first policy asks for Daemons, which live in a control plane of their own. */
  readonly asksDaemons: boolean;
  /** Whether the server speaks no protobuf from beginning to end: so it is in every fourth run. */
  readonly jsonOnly: boolean;
  readonly faults: readonly Fault[];
  readonly troubles: readonly Trouble[];
  readonly calmMs: number;
  readonly endMs: number;
}

const MINUTE = 60_000;
/** How long each kind lasts: at least, at most. One without an entry is over as soon as it has begun. */
const SPANS: Readonly<Partial<Record<FaultKind, readonly [number, number]>>> = {
  'cut every 5 s': [20_000, 4 * MINUTE],
  '410': [1_000, MINUTE],
  '410 events': [1_000, MINUTE],
  'truncated gzip': [1_000, MINUTE],
  '429 storm': [10_000, 3 * MINUTE],
  '503 storm': [10_000, 3 * MINUTE],
  'mute watches': [MINUTE, 60 * MINUTE],
  'quiet cluster': [10 * MINUTE, 60 * MINUTE],
  'half-open': [5_000, 5 * MINUTE],
  'half-open unprobed': [5_000, 5 * MINUTE],
  'repeated events': [MINUTE, 5 * MINUTE],
  'delayed events': [MINUTE, 5 * MINUTE],
  'clock step': [MINUTE, 20 * MINUTE],
  'API server killed': [2_000, 2 * MINUTE],
  partition: [2_000, 5 * MINUTE],
  'CRD deleted': [1_000, 3 * MINUTE],
  'collector stopped': [1_000, 2 * MINUTE],
  'Daemon source down': [10 * MINUTE, 10 * MINUTE],
  'Daemon CRD deleted': [1_000, 3 * MINUTE],
  'collector killed': [1_000, 2 * MINUTE],
  'all collectors killed': [1_000, 2 * MINUTE],
};
const TROUBLES: readonly Trouble['kind'][] = [
  'daemonSick',
  'daemonSick',
  'drain',
  'labelLost',
  'taint',
  'crashLoop',
  'oomKilled',
  'imagePull',
  'unschedulable',
  'nodeNotReady',
  'nodeUnreachable',
  'rollout',
];
/** Faults are this far apart on average, counted from beginning to beginning, so that some overlap. */
const APART_MS = 3 * MINUTE;
const FAULTS = [8, 20] as const;
const TROUBLE_APART_MS = 150_000;
/** Longer than any excuse that a node can have at its beginning, and than any grace period. */
const CALM_MS = 12 * MINUTE;
const FOREVER_S = 100_000;
const JSON_EVERY = 4;
const MOST_ENCODING_FAULTS = 3;
/** A node that leaves for longer than the cap of that excuse is expected again by who has watched it for so long, and by nobody else. */
const LEAVING_S = 600;

/** The plan of a seed. */
export function drawPlan(seed: number): Plan {
  const random = seedNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  // Two elect a leader, which is a request every other second.
  const collectors = below(3) === 0 ? 2 : 1;
  const asksDaemons = below(2) === 0;
  const nodes = 12 + below(29);
  const faults: Fault[] = [];
  let atMs = 30_000;
  for (let left = FAULTS[0] + below(FAULTS[1] - FAULTS[0]); left > 0; left -= 1) {
    const kind = FAULT_KINDS[below(FAULT_KINDS.length)] ?? 'cut';
    const [least, most] = SPANS[kind] ?? [0, 0];
    // Short ones more often than long ones.
    const lastsMs = Math.round(least + (most - least) * random() ** 3);
    faults.push({ kind, atMs, lastsMs, victim: below(collectors), choice: random() });
    atMs += below(2 * APART_MS);
  }
  const calmMs = Math.max(...faults.map((fault) => fault.atMs + fault.lastsMs)) + MINUTE;
  const troubles = drawTroubles(calmMs, random);
  const jsonOnly = seed % JSON_EVERY === 0;
  if (!jsonOnly) faults.push(...drawEncodingFaults(seed, calmMs - MINUTE));
  return { seed, nodes, collectors, asksDaemons, jsonOnly, faults, troubles, calmMs, endMs: calmMs + CALM_MS };
}

/** From numbers of their own: the rest of a seed's history, which may be known for what it found, does not depend on them. */
function drawEncodingFaults(seed: number, beforeMs: number): readonly Fault[] {
  const random = seedNumbers(seed ^ 0x9b0f);
  const count = Math.floor(random() * (MOST_ENCODING_FAULTS + 1));
  return Array.from({ length: count }, () => {
    const kind = ENCODING_FAULTS[Math.floor(random() * ENCODING_FAULTS.length)] ?? 'JSON only';
    const atMs = Math.round(random() * beforeMs * 0.9);
    const lastsMs = Math.round(random() ** 3 * (beforeMs - atMs));
    return { kind, atMs, lastsMs, victim: 0, choice: random() };
  });
}

/** Some go on to the end of the run: what is wrong then must be said then. */
function drawTroubles(calmMs: number, random: () => number): readonly Trouble[] {
  const troubles: Trouble[] = [];
  for (let atMs = 5_000; atMs < calmMs; atMs += random() * 2 * TROUBLE_APART_MS) {
    const kind = TROUBLES[Math.floor(random() * TROUBLES.length)] ?? 'crashLoop';
    const lasts = Math.round(20 + random() ** 3 * 1_200);
    const isLasting = random() < 0.1 && kind !== 'drain';
    const seconds = kind === 'drain' ? Math.min(lasts, LEAVING_S) : lasts;
    troubles.push({ kind, choice: random(), atMs: Math.round(atMs), seconds: isLasting ? FOREVER_S : seconds });
  }
  return troubles;
}

/** By how much a clock step sets a collector's clock, for a fault's choice: up to 5 h, forth or back. */
export function clockStepMs(choice: number): number {
  return Math.round((choice - 0.5) * 10 * 60 * MINUTE);
}

/** The plan's faults in words, one a line. */
export function describePlan({ seed, nodes, collectors, asksDaemons, jsonOnly, faults, troubles }: Plan): string {
  const at = (ms: number): string => `${(ms / 1000).toFixed(0).padStart(6)} s`;
  const lines = faults.map(
    ({ kind, atMs, lastsMs, victim }) => `${at(atMs)}  ${kind}, ${lastsMs / 1000} s, collector ${victim}`,
  );
  return [
    `seed ${seed}: ${nodes} nodes, ${collectors} collectors${asksDaemons ? ', Daemons' : ''}, ${jsonOnly ? 'JSON only' : 'protobuf'}, ${troubles.length} incidents`,
    ...lines,
  ].join('\n');
}
