/** The whole matrix at the speed of real controllers; writes docs/faults.md. */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { playAll } from './play-all.ts';
import type { Outcome } from './outcome.ts';
import { printOutcome, renderReport, sayTotals, type Occasion } from './report.ts';
import { openStage } from './stage.ts';
import { FAULTS, GROUPS } from './table.ts';

const REPORT = new URL('../../docs/faults.md', import.meta.url);
const NODES = 25;
/** Of real controllers more at a time would wait for each other only. */
const WIDTH = 10;

/** Plays it, prints each outcome and the totals; answers whether all was right. `only`: causes that match, without a report. */
export async function playMatrix({ only = '', profile = 'default' as 'fast' | 'default' }): Promise<boolean> {
  const chosen = FAULTS.filter(({ code, cause }) => new RegExp(only, 'i').test(`${code}: ${cause}`));
  const started = performance.now();
  const [before = 0] = loadavg();
  const stage = await openStage(profile, { withPages: true });
  try {
    const known: Outcome[] = [];
    const tell = (outcome: Outcome): void => {
      known.push(outcome);
      console.log(printOutcome(outcome));
      // A run that is ended leaves what it has measured.
      if (only === '') writeFileSync(REPORT, renderReport(GROUPS, known, describe()));
    };
    const describe = (): Occasion => ({
      date: new Date().toISOString().slice(0, 10),
      nodesEach: NODES,
      minutes: (performance.now() - started) / 60_000,
      note: `On ${cpus().length} cores, with a load of ${before.toFixed(1)} by others when it began.${known.length < chosen.length ? ` Ended after ${known.length} of ${chosen.length} faults.` : ''}`,
    });
    const outcomes = await playAll(stage, chosen, { nodes: NODES, width: WIDTH, tell }).all;
    console.log(`${sayTotals(outcomes)}, in ${describe().minutes.toFixed(1)} min`);
    return outcomes.every(({ wrongs }) => wrongs.length === 0);
  } finally {
    await stage.close();
  }
}
