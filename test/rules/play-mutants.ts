/** Plays every mutant of the rules until a case notices it: `npm run campaign -- --mutants`. */
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { BURN_SUITES, type BurnSuite } from './burn-cases.ts';
import { mutate, type Mutant } from './mutants.ts';
import { playCases } from './play-cases.ts';
import { objective, renderFor } from './policies.ts';

/** The suites of 99 % over 30 d, whose thresholds the mutants are of. */
const SUITES = BURN_SUITES.slice(0, 2);

/** Prints how each mutant ended; answers the names of those that every case let live. */
export async function playMutants(): Promise<readonly string[]> {
  await ensurePrometheus();
  const alive: string[] = [];
  const mutants = mutate(rulesOf(1));
  for (const [at, { name }] of mutants.entries()) {
    const killer = await findKiller((stepMinutes) => mutate(rulesOf(stepMinutes))[at]);
    console.log(`${name}: ${killer === undefined ? 'ALIVE' : `killed by "${killer}"`}`);
    if (killer === undefined) alive.push(name);
  }
  console.log(`${mutants.length - alive.length} of ${mutants.length} mutants killed`);
  return alive;
}

/** The name of the first of these cases of a suite that notices the mutant. */
export async function killBy(suite: BurnSuite, text: string, names: readonly string[]): Promise<string | undefined> {
  for (const own of suite.cases.filter(({ name }) => names.includes(name))) {
    const { held } = await playCases({
      promtool: '/usr/bin/promtool',
      rules: [text],
      stepMinutes: suite.stepMinutes,
      cases: [own],
    });
    if (!held) return own.name;
  }
  return undefined;
}

async function findKiller(mutant: (stepMinutes: number) => Mutant | undefined): Promise<string | undefined> {
  for (const suite of SUITES) {
    const text = mutant(suite.stepMinutes)?.text ?? '';
    // The short ones first: most mutants are seen soon.
    const names = suite.cases.toSorted((one, other) => one.minutes - other.minutes).map(({ name }) => name);
    const killer = await killBy(suite, text, names);
    if (killer !== undefined) return killer;
  }
  return undefined;
}

/** The rules that mutants are made of. */
export function rulesOf(stepMinutes: number): string {
  return renderFor([objective()], { intervalMs: stepMinutes * 60_000 })[1];
}
