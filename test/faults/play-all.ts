/** Plays many faults on one control plane: beside each other where they can, one after the other where a component stands still. */
import type { Fault } from './fault.ts';
import type { Outcome } from './outcome.ts';
import { playFault } from './play-fault.ts';
import type { Stage } from './stage.ts';

/** How many nodes a fault gets, and how many faults play at a time. */
interface Pace {
  readonly nodes: number;
  readonly width: number;
  readonly tell?: (outcome: Outcome) => void;
}

/** A run under way: each fault's outcome as soon as it is known. */
export interface Run {
  readonly outcomeOf: (fault: Fault) => Promise<Outcome>;
  readonly all: Promise<readonly Outcome[]>;
}

/** Begins at once; no promise of it rejects. The slowest come first. */
export function playAll(stage: Stage, faults: readonly Fault[], pace: Pace): Run {
  const outcomes = new Map(faults.map((fault) => [fault, Promise.withResolvers<Outcome>()]));
  const first = new Map(faults.toReversed().map((fault) => [fault.code, fault]));
  let number = 0;
  const play = async (fault: Fault): Promise<void> => {
    const outcome = await playUnspoiled(stage, fault, {
      withPage: first.get(fault.code) === fault,
      nodes: pace.nodes,
      nextName: () => `${fault.code.toLowerCase()}-${(number += 1)}`,
    });
    pace.tell?.(outcome);
    outcomes.get(fault)?.resolve(outcome);
  };
  const run = async (): Promise<void> => {
    const together = faults.filter(({ stops }) => stops === undefined);
    const [modest, greedy] = [together.filter((one) => !one.greedy), together.filter((one) => one.greedy)];
    const queue = modest.toSorted((one, other) => slowness(other) - slowness(one)).values();
    const work = async (own: Iterable<Fault>): Promise<void> => {
      for (const fault of own) await play(fault);
    };
    await Promise.all([work(greedy), ...Array.from({ length: pace.width }, () => work(queue))]);
    for (const fault of faults) if (fault.stops !== undefined) await play(fault);
  };
  void run();
  const all = Promise.all([...outcomes.values()].map(({ promise }) => promise));
  return { all, outcomeOf: (fault) => outcomes.get(fault)?.promise ?? Promise.reject(new Error('not of this run')) };
}

const MOST_PLAYS = 3;

/** Plays a fault, and again if it went wrong while nodes died that it does not touch: then two faults were played, and neither was judged. */
async function playUnspoiled(
  stage: Stage,
  fault: Fault,
  { nextName, ...play }: { readonly nodes: number; readonly withPage: boolean; readonly nextName: () => string },
): Promise<Outcome> {
  for (let spoiled = 0; ; spoiled += 1) {
    const outcome = await playFault(stage, fault, { name: nextName(), ...play });
    await revive(stage, fault);
    const isSpoiled = outcome.wrongs.length > 0 && outcome.starved > 0;
    if (!isSpoiled || spoiled + 1 >= MOST_PLAYS) return { ...outcome, spoiled };
    console.log(
      `${fault.code}: ${fault.cause}: played again, ${outcome.starved} nodes starved: ${outcome.wrongs.join('; ')}`,
    );
  }
}

function slowness({ waitsMs = 0, evidence, takeAway }: Fault): number {
  return waitsMs + (evidence === undefined ? 0 : 10_000) + (takeAway === undefined ? 0 : 5_000);
}

/** Starts what a fault stopped and did not start again. */
async function revive({ plane }: Stage, { stops }: Fault): Promise<void> {
  if (stops === undefined) return;
  await plane.kill(stops);
  await plane.start(stops);
}
