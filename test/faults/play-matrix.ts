/** The whole matrix at the speed of real controllers; writes docs/faults.md. */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { playAll } from './play-all.ts';
import { printOutcome, renderReport, sayTotals } from './report.ts';
import { openStage } from './stage.ts';
import { FAULTS, GROUPS } from './table.ts';

const REPORT = new URL('../../docs/faults.md', import.meta.url);
const NODES = 25;
/** Of real controllers more at a time would wait for each other only. */
const WIDTH = 8;

/** Plays it, prints each outcome and the totals; answers whether all was right. `only`: causes that match, without a report. */
export async function playMatrix({ only = '', profile = 'default' as 'fast' | 'default' }): Promise<boolean> {
  const chosen = FAULTS.filter(({ code, cause }) => new RegExp(only, 'i').test(`${code}: ${cause}`));
  const started = performance.now();
  const [before = 0] = loadavg();
  const stage = await openStage(profile);
  try {
    const tell = (outcome: Parameters<typeof printOutcome>[0]): void => console.log(printOutcome(outcome));
    const outcomes = await playAll(stage, chosen, { nodes: NODES, width: WIDTH, tell }).all;
    const minutes = (performance.now() - started) / 60_000;
    console.log(`${sayTotals(outcomes)}, in ${minutes.toFixed(1)} min`);
    const note = `On ${cpus().length} cores, with a load of ${before.toFixed(1)} by others when it began.`;
    const occasion = { date: new Date().toISOString().slice(0, 10), nodesEach: NODES, minutes, note };
    if (only === '') await writeFile(REPORT, renderReport(GROUPS, outcomes, occasion));
    return outcomes.every(({ wrongs }) => wrongs.length === 0);
  } finally {
    await stage.close();
  }
}
