/** Decides what happens next in the world: a calm rate of incidents, each of which heals by itself. */
import { INCIDENT_RULES, type Incident, type IncidentKind } from './incidents.ts';
import { nodeNameOf } from './node-object.ts';
import { vacancies } from './population.ts';
import { servingRuns } from './truth.ts';
import { after, daemonKey, type Machine, type WorldState } from './world-state.ts';

/** The director's book, changed in place by its functions alone. */
export type Direction = {
  readonly kinds: readonly IncidentKind[];
  incidents: readonly Incident[];
  nextAt: number;
  nextJoinAt: number;
  nextRolloutAt: number;
};

/** What a script may choose of an incident; the rest is chosen as for a random one. */
export type IncidentWishes = { readonly node?: string; readonly daemon?: string; readonly seconds?: number };

const SILENCE_MS = 50_000;
// Between 2 and 5 of a hundred nodes are in trouble at a time, one at least.
const FEWEST = 0.02;
const MOST = 0.05;

/** A book without incidents; the first ones come after some seconds. */
export function openDirection(state: WorldState, kinds: readonly IncidentKind[]): Direction {
  return {
    kinds,
    incidents: [],
    nextAt: after(state, 2_000, 4_000),
    nextJoinAt: Infinity,
    nextRolloutAt: after(state, 60_000, 120_000),
  };
}

/** One pass: ends what is due, fills vacancies, and starts something new now and then. */
export function direct(state: WorldState, direction: Direction): void {
  const due = direction.incidents.filter(({ endsAt }) => endsAt <= state.now);
  direction.incidents = direction.incidents.filter(({ endsAt }) => endsAt > state.now);
  for (const incident of due) INCIDENT_RULES[incident.kind].end(state, incident);
  fillVacancies(state, direction);
  if (direction.kinds.includes('rollout') && state.now >= direction.nextRolloutAt) {
    direction.nextRolloutAt = after(state, 300_000, 480_000);
    startIncident(state, direction, { kind: 'rollout' });
  }
  if (state.now < direction.nextAt) return;
  direction.nextAt = after(state, 1_000, 5_000);
  const wanted = Math.max(1, Math.round(state.machines.size * state.random.between(FEWEST, MOST)));
  const kind = pickKind(state, direction.kinds);
  const troubled = direction.incidents.filter(({ node }) => node !== '').length;
  if (kind !== undefined && troubled < wanted) startIncident(state, direction, { kind });
}

function fillVacancies(state: WorldState, direction: Direction): void {
  const isFull = (vacancies(state)[0]?.lacks ?? 0) <= 0;
  if (isFull || !direction.kinds.includes('join')) {
    direction.nextJoinAt = Infinity;
    return;
  }
  if (direction.nextJoinAt === Infinity) direction.nextJoinAt = after(state, 3_000, 12_000);
  if (state.now < direction.nextJoinAt) return;
  direction.nextJoinAt = Infinity;
  startIncident(state, direction, { kind: 'join' });
}

function pickKind(state: WorldState, kinds: readonly IncidentKind[]): IncidentKind | undefined {
  const whole = kinds.reduce((sum, kind) => sum + INCIDENT_RULES[kind].weight, 0);
  let left = state.random.between(0, whole);
  return kinds.find((kind) => {
    left -= INCIDENT_RULES[kind].weight;
    return left < 0;
  });
}

/** Starts an incident on a settled node, or on what the wishes name; undefined when there is no such node. */
export function startIncident(
  state: WorldState,
  direction: Direction,
  { kind, ...wishes }: IncidentWishes & { readonly kind: IncidentKind },
): Incident | undefined {
  const rule = INCIDENT_RULES[kind];
  const daemon = wishes.daemon ?? (rule.perDaemon ? daemonKey(state.random.pick(state.daemons)) : undefined);
  const node = wishes.node ?? pickNode(state, direction, { kind, daemon });
  if (node === undefined) return undefined;
  const lasts = wishes.seconds === undefined ? after(state, 20_000, 90_000) : state.now + wishes.seconds * 1000;
  // A silent node shows only after the grace period; the trouble is counted from there.
  const endsAt = kind === 'nodeUnreachable' ? lasts + SILENCE_MS * state.timeScale : lasts;
  const incident = { kind, node, daemon, startedAt: state.now, endsAt };
  direction.incidents = [...direction.incidents, incident];
  rule.start(state, incident);
  return incident;
}

type Search = { readonly kind: IncidentKind; readonly daemon: string | undefined };

function pickNode(state: WorldState, direction: Direction, { kind, daemon }: Search): string | undefined {
  if (kind === 'rollout') return '';
  if (kind === 'join') return nodeNameOf(state.nextSerial);
  const troubled = new Set(direction.incidents.map(({ node }) => node));
  const serving = servingRuns(state);
  const spec = state.daemons.find((row) => daemonKey(row) === daemon);
  const candidates = [...state.machines.values()].filter((machine) => {
    if (troubled.has(machine.name) || !isSettled(state, machine, serving)) return false;
    if (kind === 'labelLost') return machine.pool.role === 'worker';
    return spec?.role === undefined || spec.role === machine.pool.role;
  });
  return candidates.length === 0 ? undefined : state.random.pick(candidates).name;
}

function isSettled(state: WorldState, machine: Machine, serving: ReadonlySet<string>): boolean {
  const wanted = state.daemons.filter(({ role }) => role === undefined || role === machine.pool.role);
  return wanted.every((spec) => serving.has(`${machine.name} ${daemonKey(spec)}`));
}
