/** The process's own metrics, under the names that client libraries give them: CPU, memory, descriptors, event loop, garbage collection. */
import { readdirSync, readFileSync } from 'node:fs';
import { constants, monitorEventLoopDelay, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks';
import { PROCESS_METRICS, type Metric } from '@rollcall/contract';
import type { CollectorFamily, CollectorSample } from '../metrics/collector-families.ts';
import { createHistogram, type Histogram } from './histogram.ts';

/** Reads all of them at one instant. What this system does not tell is left out. */
export type ReadProcess = () => readonly CollectorFamily[];

const LOOP_RESOLUTION_MS = 10;
const GC_BUCKETS_S = [0.001, 0.01, 0.1, 1, 2, 5];
const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** Begins to measure the event loop and garbage collections, for as long as the process lives. */
export function measureProcess(): ReadProcess {
  const startedS = Date.now() / 1000 - process.uptime();
  const readLoop = measureLoop();
  const readDescriptors = countDescriptors();
  const collections = observeCollections();
  return () => [
    ...readCpu(startedS),
    ...readMemory(),
    ...readDescriptors(),
    ...readLoop(),
    family(PROCESS_METRICS.versionInfo, [{ value: 1, labels: { version: process.version } }]),
    family(
      PROCESS_METRICS.gcDuration,
      [...collections].flatMap(([kind, seen]) => seen.samples(PROCESS_METRICS.gcDuration.name, { kind })),
    ),
  ];
}

function family({ name, type, help }: Metric, values: readonly CollectorSample[]): CollectorFamily {
  return { name, type, help, values };
}

function plain(metric: Metric, value: number): CollectorFamily {
  return family(metric, [{ value, labels: {} }]);
}

function readCpu(startedS: number): readonly CollectorFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    plain(PROCESS_METRICS.cpuUser, user / 1e6),
    plain(PROCESS_METRICS.cpuSystem, system / 1e6),
    plain(PROCESS_METRICS.cpu, (user + system) / 1e6),
    plain(PROCESS_METRICS.startTime, startedS),
  ];
}

function readMemory(): readonly CollectorFamily[] {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const status = readText('/proc/self/status');
  const kernel = (found: RegExp): number => Number(found.exec(status)?.[1]) * 1024;
  return [
    plain(PROCESS_METRICS.resident, rss),
    plain(PROCESS_METRICS.virtual, kernel(/^VmSize:\s+(\d+) kB/m)),
    plain(PROCESS_METRICS.heap, kernel(/^VmData:\s+(\d+) kB/m)),
    plain(PROCESS_METRICS.heapTotal, heapTotal),
    plain(PROCESS_METRICS.heapUsed, heapUsed),
    plain(PROCESS_METRICS.external, external),
  ];
}

function countDescriptors(): ReadProcess {
  // Nothing in this process changes it.
  const most = Number(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits'))?.[1]);
  return () => [plain(PROCESS_METRICS.openFds, countOpen()), plain(PROCESS_METRICS.maxFds, most)];
}

function countOpen(): number {
  try {
    // Without the one that reads the folder.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return Number.NaN;
  }
}

/** '' where there is no such file: outside Linux. /proc never waits for a disk. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function measureLoop(): ReadProcess {
  const delays = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delays.enable();
  return () => {
    const found = [
      // Without any delay since, it is the largest integer.
      plain(PROCESS_METRICS.lagMin, delays.count === 0 ? Number.NaN : delays.min / 1e9),
      plain(PROCESS_METRICS.lagMax, delays.max / 1e9),
      plain(PROCESS_METRICS.lagMean, delays.mean / 1e9),
      plain(PROCESS_METRICS.lagStddev, delays.stddev / 1e9),
      plain(PROCESS_METRICS.lagP50, delays.percentile(50) / 1e9),
      plain(PROCESS_METRICS.lagP90, delays.percentile(90) / 1e9),
      plain(PROCESS_METRICS.lagP99, delays.percentile(99) / 1e9),
    ];
    // Each scrape tells of the time since the one before.
    delays.reset();
    return found;
  };
}

/** The type declarations leave it out. */
function detailOf(entry: PerformanceEntry): { readonly kind?: number } | undefined {
  return (entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } }).detail;
}

function observeCollections(): ReadonlyMap<string, Histogram> {
  const byKind = new Map<string, Histogram>();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = GC_KINDS[detailOf(entry)?.kind ?? 0] ?? 'other';
      const seen = byKind.get(kind) ?? createHistogram(GC_BUCKETS_S);
      byKind.set(kind, seen);
      seen.observe(entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return byKind;
}
