/** Plays all drills beside each other and writes docs/drills.md. */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { playDrill } from './drill.ts';
import { listDrills, openDrillStage } from './drills.ts';
import { renderDrills, sayDrill } from './report.ts';

const REPORT = new URL('../../docs/drills.md', import.meta.url);

/** At the speed of real controllers. */
export async function playDrills(): Promise<void> {
  const [before = 0] = loadavg();
  const stage = await openDrillStage('default');
  try {
    const reports = await Promise.all(listDrills(stage).map((drill) => playDrill(stage, drill)));
    for (const report of reports) console.log(`${report.drill.name}\n${sayDrill(report)}`);
    const note = `${cpus().length} cores, with a load of ${before.toFixed(1)} by others when it began.`;
    await writeFile(REPORT, renderDrills(reports, new Date().toISOString().slice(0, 10), note));
  } finally {
    await stage.close();
  }
}
