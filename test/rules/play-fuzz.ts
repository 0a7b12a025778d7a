/** Plays fuzzed cases of the rules round by round and writes what came out into docs/rules.md: `npm run campaign -- --rules-fuzz 10000`. */
import { join } from 'node:path';
import { kindOf, lengthOf, playRound, ROUND, roundOf, type FuzzFault, type FuzzTally } from './fuzz.ts';
import { KINDS } from './fuzz-kinds.ts';
import { writeBetween } from './write-between.ts';

const PAGE = join(import.meta.dirname, '../../docs/rules.md');
const PROMTOOL = process.env['ROLLCALL_PROMTOOL'] ?? '/usr/bin/promtool';
/** Which cases: the first seed, and how many; in so many processes. */
interface Range {
  readonly first: number;
  readonly count: number;
  readonly workers: number;
}

/** True when no sample was NaN or infinite. The page is written by a whole run from seed 1 only. */
export async function playFuzz({ first, count, workers }: Range): Promise<boolean> {
  if (!(count >= 1 && first >= 1))
    throw new Error(`--rules-fuzz is how many cases, --first the first seed: ${count}, ${first}`);
  const rounds = splitRounds(first, count);
  const tallies: FuzzTally[] = [];
  const work = async (): Promise<void> => {
    for (let seeds = rounds.shift(); seeds !== undefined; seeds = rounds.shift()) {
      const tally = await playRound({ promtool: PROMTOOL, seeds });
      tallies.push(tally);
      tally.faults.forEach(printFault);
      console.log(`seeds ${seeds[0]} to ${seeds.at(-1)}: ${tally.faults.length} samples are no numbers`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const faults = tallies.flatMap((tally) => tally.faults);
  const text = summarize([first, count], tallies, faults);
  console.log(text);
  if (first === 1 && count >= ROUND) await writeBetween(PAGE, 'fuzz', text);
  return faults.length === 0;
}

/** Seeds of one round share a store. The long rounds come first, so that none is left at the end for one process. */
function splitRounds(first: number, count: number): (readonly number[])[] {
  const seeds = Array.from({ length: count }, (_, at) => first + at);
  return [...Map.groupBy(seeds, roundOf)]
    .toSorted(([one], [other]) => lengthOf(other).steps - lengthOf(one).steps)
    .map(([, own]) => own);
}

function printFault({ seed, kind, rule, value }: FuzzFault): void {
  console.log(`FAILED: ${rule} gave ${value} in seed ${seed} (${kind})`);
  console.log(`  npm run campaign -- --rules-fuzz 1 --first ${seed}`);
}

function add(
  tallies: readonly FuzzTally[],
  pick: (tally: FuzzTally) => ReadonlyMap<string, number>,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of tallies.flatMap((tally) => [...pick(tally)]))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}

function summarize(
  [first, count]: readonly [number, number],
  tallies: readonly FuzzTally[],
  faults: readonly FuzzFault[],
): string {
  const samples = add(tallies, (tally) => tally.samples);
  const fired = add(tallies, (tally) => tally.fired);
  const silent = new Set(tallies.flatMap((tally) => tally.silent).filter((rule) => !samples.has(rule)));
  const total = [...samples.values()].reduce((sum, own) => sum + own, 0);
  const kinds = new Map(Object.keys(KINDS).map((kind) => [kind, { cases: 0, faults: 0 }]));
  for (let seed = first; seed < first + count; seed += 1) {
    const own = kinds.get(kindOf(seed));
    if (own !== undefined) own.cases += 1;
  }
  for (const { kind } of faults) {
    const own = kinds.get(kind);
    if (own !== undefined) own.faults += 1;
  }
  const pages = [...fired]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([alert, cases]) => `${alert} ${cases}`);
  return [
    `Seeds ${first} to ${first + count - 1}: ${total} samples of ${samples.size} recorded series and expressions of alerts, of which ${faults.length === 0 ? 'none is' : `${faults.length} are`} NaN or infinite; ${silent.size === 0 ? 'none is' : [...silent].join(', ')} without samples.`,
    `Cases in which an alert that pages fired: ${pages.join(', ')}.`,
    '',
    '| kind | cases | rules with NaN or Inf |',
    '| --- | --- | --- |',
    ...[...kinds].map(([kind, own]) => `| ${kind} | ${own.cases} | ${own.faults} |`),
  ].join('\n');
}
