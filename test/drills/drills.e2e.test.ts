/** The drills on fast controllers: what each costs, and what it must not cost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { playDrill, type DrillReport } from './drill.ts';
import { listDrills, openDrillStage } from './drills.ts';
import { sayDrill } from './report.ts';

let stage: Awaited<ReturnType<typeof openDrillStage>>;
let reports: Readonly<Record<string, DrillReport>>;

beforeAll(async () => {
  stage = await openDrillStage('fast');
  const played = await Promise.all(listDrills(stage).map((drill) => playDrill(stage, drill)));
  reports = Object.fromEntries(played.map((report) => [report.drill.name, report]));
  for (const report of played) console.log(`${report.drill.name}\n${sayDrill(report)}`);
});

afterAll(() => stage?.close());

/** By how much a counter moved in a drill. */
function moved(drill: string, counter: string): number {
  return reports[drill]?.moved.get(counter) ?? 0;
}

/** The reasons that cost node-seconds in a drill, in order. */
function reasonsOf(drill: string): readonly string[] {
  const keys = [...(reports[drill]?.moved.keys() ?? [])].map((key) => key.split(' '));
  return keys.flatMap(([family, reason = '']) => (family === 'uncovered_node_seconds' ? [reason] : [])).toSorted();
}

test('a drain costs the seconds without a daemon, by what took it, and one restart a node', () => {
  for (const reason of reasonsOf('drain')) expect(['Evicted', 'Starting']).toContain(reason);
  expect(moved('drain', 'good_node_seconds coverage')).toBeLessThan(moved('drain', 'valid_node_seconds coverage'));
  expect(moved('drain', 'daemon_restarts Evicted')).toBe(5);
  expect(moved('drain-twice', 'daemon_restarts Evicted')).toBe(10);
  const steady = (drill: string): number =>
    moved(drill, 'good_node_seconds stability') / moved(drill, 'valid_node_seconds stability');
  expect(steady('drain')).toBe(1);
  // Two restarts within the hour are one too many.
  expect(steady('drain-twice')).toBeLessThan(0.9);
});

test('kubelets that are silent for less than their grace cost nothing until they restart the daemon', () => {
  expect(reasonsOf('kubelet-restart')).not.toContain('NodeUnreachable');
  expect(moved('kubelet-restart', 'daemon_restarts Unknown')).toBe(5);
  const uncovered =
    moved('kubelet-restart', 'valid_node_seconds coverage') - moved('kubelet-restart', 'good_node_seconds coverage');
  expect(uncovered).toBeGreaterThan(2);
});

test('latency below what is allowed costs nothing, and beyond it what is late', () => {
  for (const drill of ['latency-of-1-s', 'latency-of-probes']) expect(reasonsOf(drill)).toEqual([]);
  const late = ['HeartbeatStale', 'IngestionLagging', 'SinkUnavailable'];
  for (const reason of reasonsOf('latency-of-6-s')) expect(late).toContain(reason);
  const fresh = moved('latency-of-6-s', 'good_node_seconds freshness');
  expect(fresh).toBeLessThan(moved('latency-of-6-s', 'valid_node_seconds freshness') - 5);
});
