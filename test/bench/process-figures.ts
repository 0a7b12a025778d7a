/** Reads from outside what a process has used, where Linux keeps it. */
import { readFile } from 'node:fs/promises';

/** CPU seconds (user and system, all threads) since its start, and resident memory in megabytes: now, and at its highest. */
export interface ProcessFigures {
  readonly cpuS: number;
  readonly rssMb: number;
  readonly peakMb: number;
}

// USER_HZ, which is 100 on every Linux.
const TICKS_A_SECOND = 100;
const KIB_A_MEGABYTE = 1000_000 / 1024;

/** Throws where there is no /proc, and for a process that has ended. */
export async function readProcess(pid: number): Promise<ProcessFigures> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The second field is the name in parentheses, which may hold spaces; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    rssMb: readKib(status, 'VmRSS') / KIB_A_MEGABYTE,
    peakMb: readKib(status, 'VmHWM') / KIB_A_MEGABYTE,
  };
}

function readKib(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
