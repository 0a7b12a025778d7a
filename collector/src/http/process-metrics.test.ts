import { setTimeout as delay } from 'node:timers/promises';
import { PROCESS_METRICS, type Metric } from '@rollcall/contract';
import { expect, it } from 'vitest';
import type { CollectorFamily } from '../metrics/collector-families.ts';
import { measureProcess } from './process-metrics.ts';

function sum(families: readonly CollectorFamily[], { name }: Metric, part?: string): number {
  const samples = families.find((family) => family.name === name)?.values ?? [];
  return samples.reduce((all, { value, metricName }) => (metricName === part ? all + value : all), 0);
}

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('tells CPU, memory, descriptors and stalls of this process, stalls of the time since the last reading', async () => {
  const read = measureProcess();
  const cpuMs = process.cpuUsage().user / 1000;
  await delay(30);
  work(120);
  await delay(30);
  const families = read();
  const of = (metric: Metric): number => sum(families, metric);
  expect(of(PROCESS_METRICS.cpuUser)).toBeGreaterThan(cpuMs / 1000);
  expect(of(PROCESS_METRICS.cpu)).toBeCloseTo(of(PROCESS_METRICS.cpuUser) + of(PROCESS_METRICS.cpuSystem), 6);
  expect(Date.now() / 1000 - of(PROCESS_METRICS.startTime)).toBeCloseTo(process.uptime(), 0);
  expect(of(PROCESS_METRICS.resident) / process.memoryUsage.rss()).toBeCloseTo(1, 0);
  expect(of(PROCESS_METRICS.virtual)).toBeGreaterThan(of(PROCESS_METRICS.resident));
  expect(of(PROCESS_METRICS.heapUsed)).toBeLessThanOrEqual(of(PROCESS_METRICS.heapTotal));
  expect(of(PROCESS_METRICS.openFds)).toBeGreaterThan(2);
  expect(of(PROCESS_METRICS.maxFds)).toBeGreaterThan(of(PROCESS_METRICS.openFds));
  expect(of(PROCESS_METRICS.lagMax)).toBeGreaterThan(0.1);
  await delay(50);
  expect(sum(read(), PROCESS_METRICS.lagMin)).toBeLessThan(0.1);
});

it('tells no least delay of a moment in which there was none', () => {
  const read = measureProcess();
  read();
  expect(sum(read(), PROCESS_METRICS.lagMin)).toBeNaN();
});

it('counts garbage collections', async () => {
  const read = measureProcess();
  const collections = (): number => sum(read(), PROCESS_METRICS.gcDuration, `${PROCESS_METRICS.gcDuration.name}_count`);
  const kept: object[] = [];
  for (let turn = 0; turn < 50 && collections() === 0; turn++) {
    for (let i = 0; i < 200_000; i++) kept[i % 1_000] = { i };
    await delay(1);
  }
  expect(collections()).toBeGreaterThan(0);
});
