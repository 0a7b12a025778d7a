/** Adds up what all lives of all collectors have exported, and holds the sum against how long nodes were truly expected. */
import { clockStepMs, type Fault, type Plan } from './plan.ts';
import type { Seat } from './seat.ts';
import type { Town } from './town.ts';

/** A killed leader's Lease runs out after 15 s at most, and its successor looks every 2.4 s; only what lies behind is booked as a hole. */
const LEADER_KILLED_MS = 18_000;
/** A kind that is back is asked for again within 30 s, and its policies are judged from then on. */
const CRD_BACK_MS = 45_000;
/** For how long the first lists may take where watches are muted, or where answers ask to come again in a minute. */
const LIST_MS = 100_000;
/** What any other fault costs: changes that were heard of late. */
const ANY_MS = 5_000;
/** Changes are dated by when they are heard of, and in the town by its steps. */
const ROUGHLY = 0.005;

/** Whatever was counted twice, or was lost without a cause. All lives must have ended. */
export function addUp(town: Town, seats: readonly Seat[], plan: Plan): readonly string[] {
  return town.daemons.flatMap((daemon) => {
    const exportedMs = seats.reduce((sum, seat) => sum + (seat.exportedMs.get(daemon) ?? 0), 0);
    const { mostMs, leastMs } = town.expectedMs(daemon);
    const lostMs =
      plan.nodes * plan.faults.reduce((sum, fault) => sum + costOf(fault, plan) + hindranceOf(fault, plan), 0);
    const words = `${daemon}: ${Math.round(exportedMs / 1000)} node-seconds were exported by all collectors together, `;
    if (exportedMs > mostMs * (1 + ROUGHLY) + plan.nodes * misdatedMs(plan))
      return [`${words}more than the ${Math.round(mostMs / 1000)} that there were`];
    const oweMs = leastMs * (1 - ROUGHLY) - lostMs;
    return exportedMs < oweMs ? [`${words}less than ${Math.round(oweMs / 1000)}, all losses granted`] : [];
  });
}

/** For how long a fault may keep time from being counted at all; unobserved time is counted. */
function costOf({ kind, lastsMs }: Fault, { collectors }: Plan): number {
  switch (kind) {
    case 'CRD deleted':
      return lastsMs + CRD_BACK_MS;
    case 'collector stopped':
    case 'collector killed':
    case 'all collectors killed':
      // One that is alone counts nothing while it is dead.
      return collectors === 1 ? lastsMs + ANY_MS : LEADER_KILLED_MS;
    default:
      return ANY_MS;
  }
}

/** A collector that is born, or whose policies come back, among other faults knows what is expected only once it could list it. */
function hindranceOf({ kind, atMs, lastsMs }: Fault, { faults }: Plan): number {
  if (!/killed|stopped|^CRD/.test(kind)) return 0;
  const bornMs = atMs + lastsMs;
  const others = faults.filter((own) => own.atMs <= bornMs + LIST_MS && bornMs <= own.atMs + own.lastsMs + LIST_MS);
  // Muted watches are found out by each list in turn; nothing else can be listed among before it ends.
  const wait = (own: Fault): number =>
    LIST_MS + (own.kind === 'mute watches' ? 0 : Math.max(0, own.atMs + own.lastsMs - bornMs));
  return others.reduce((sum, own) => sum + (own.atMs === atMs && own.kind === kind ? 0 : wait(own)), 0);
}

/** What a collector that is born under a wrong clock may book for the time since the last Lease ran out: that is told by wall clocks alone. */
function misdatedMs({ faults, collectors }: Plan): number {
  if (collectors === 1) return 0;
  const births = faults.filter(({ kind }) => /killed|stopped/.test(kind)).map(({ atMs, lastsMs }) => atMs + lastsMs);
  const steps = faults.filter(({ kind }) => kind === 'clock step');
  const isWrong = ({ atMs, lastsMs }: Fault): boolean =>
    births.some((bornMs) => atMs <= bornMs + LIST_MS && bornMs <= atMs + lastsMs);
  return steps.filter(isWrong).reduce((sum, { choice }) => sum + births.length * Math.abs(clockStepMs(choice)), 0);
}
