/** Plays one seed: a town lives, faults come and go, every word is audited, and in the end all is as a fresh list has it. */
import { seedNumbers } from '../e2e/random.ts';
import { addUp } from './add-up.ts';
import { createAuditor, type Auditor } from './audit.ts';
import { compareInTheEnd } from './compare.ts';
import { commit, type Stage } from './faults.ts';
import { drawPlan, type Plan } from './plan.ts';
import { createSeat, type Seat } from './seat.ts';
import { createSimTime, type SimTime } from './sim-time.ts';
import { buildTown, type Town } from './town.ts';

/** What came of a run. `faults` are what was wrong with the collectors; none in a run that passes. */
export interface Outcome {
  readonly plan: Plan;
  readonly faults: readonly string[];
  readonly looks: number;
  /** Node-hours that the collectors expected, and those of them that they did not observe. */
  readonly expectedHours: number;
  readonly unobservedHours: number;
}

/** More than these say nothing new. */
const MOST_FAULTS = 20;
const HOUR = 3_600_000;

/** Plays a seed; rejects only when the campaign itself is broken. */
export async function play(seed: number): Promise<Outcome> {
  const plan = drawPlan(seed);
  const time = createSimTime();
  const town = await buildTown(time, plan);
  const faults: string[] = [];
  const blame = (who: string, what: string): void => {
    const words = `${(time.now() / 1000).toFixed(3)} s, ${who}: ${what}`;
    if (faults.length < MOST_FAULTS) faults.push(words);
  };
  const watched = Array.from({ length: plan.collectors }, (_, index) => takeSeat({ time, town, plan, index, blame }));
  const seats = watched.map(({ seat }) => seat);
  const stage: Stage = { time, town, seats, pauses: 0 };
  for (const seat of seats) await seat.start();
  schedule(stage, plan);
  const look = (): void => {
    watched.forEach(({ auditor }) => auditor.look());
    if (seats.filter(({ life }) => life?.leads()).length > 1) blame('all', 'two collectors lead at once');
  };
  await time.rest();
  look();
  await time.runUntil(plan.endMs, look);
  for (const difference of await compareInTheEnd(stage)) blame('in the end', difference);
  for (const seat of seats) await seat.kill();
  for (const difference of addUp(town, seats, plan)) blame('in the end', difference);
  await town.kube.stop();
  await town.registry?.kube.stop();
  const sum = (pick: (figures: Auditor['figures']) => number): number =>
    watched.reduce((total, { auditor }) => total + pick(auditor.figures), 0);
  return {
    plan,
    faults,
    looks: sum(({ looks }) => looks),
    expectedHours: sum(({ expectedMs }) => expectedMs) / HOUR,
    unobservedHours: sum(({ unobservedMs }) => unobservedMs) / HOUR,
  };
}

interface SeatRequest {
  readonly time: SimTime;
  readonly town: Town;
  readonly plan: Plan;
  readonly index: number;
  readonly blame: (who: string, what: string) => void;
}

function takeSeat({ time, town, plan, index, blame }: SeatRequest): {
  readonly seat: Seat;
  readonly auditor: Auditor;
} {
  const name = `collector ${index}`;
  const auditor: Auditor = createAuditor({ time, town, seat: () => seat, blame: (what) => blame(name, what) });
  const chance = seedNumbers(plan.seed ^ (0x5ea7 + index));
  const seat: Seat = createSeat({ time, name, chance, town, elects: plan.collectors > 1, said: auditor.hear });
  return { seat, auditor };
}

const BUSY_STEP_MS = 2_000;
const IDLE_STEP_MS = 20_000;

function schedule(stage: Stage, { faults, troubles }: Plan): void {
  const { time, town } = stage;
  const live = (): void => {
    const isBusy = town.live(stage.pauses > 0);
    time.stir();
    cancel = time.after(isBusy ? BUSY_STEP_MS : IDLE_STEP_MS, live);
  };
  let cancel = time.after(BUSY_STEP_MS, live);
  for (const fault of faults) time.after(fault.atMs, () => commit(stage, fault));
  for (const { kind, choice, atMs, seconds } of troubles) {
    time.after(atMs, () => {
      // While the API server is away nothing can change.
      if (stage.pauses > 0) return;
      if (kind === 'daemonSick') town.registry?.sicken(choice, seconds);
      else town.trouble(kind, seconds);
      cancel();
      live();
    });
  }
}
