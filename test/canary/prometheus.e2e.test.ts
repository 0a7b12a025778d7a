/** Canaries that are scraped, and written by a faulty way into another Prometheus: loss and lag as the way makes them. */
import { CANARY_METRIC } from '@rollcall/contract';
import { afterAll, expect, test } from 'vitest';
import { startPrometheus, waitFor } from '../control-plane/index.ts';
import { startFaultyWay } from './faulty-way.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { formatRows, judgeRow, measureWay } from './measure-way.ts';
import { makePlans } from './plans.ts';
import { readRemoteWrite } from './remote-write.ts';

const { plans, mend } = makePlans({
  clean: {},
  'late-by-8s': { delayMs: 8_000 },
  'loses-two': { loses: (place) => place < 3 },
  'loses-and-late': { delayMs: 4_000, loses: (place) => place === 2 },
});
const nodes = [...plans.keys()];

const endings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

test('what is measured is what the way does', async () => {
  const common = { scrapeIntervalSeconds: 1, honorLabels: true };
  const backend = await startPrometheus({ ...common, targets: [], receives: true });
  endings.push(backend.stop);
  const way = await startFaultyWay({ target: backend.url, plans, read: readRemoteWrite });
  endings.push(way.stop);
  const lag = `time() - max by (node) (timestamp(${CANARY_METRIC.name}))`;
  const fleet = await startFleet(nodes, `prometheus,${backend.url}`, { lag });
  endings.push(fleet.stop);
  const targets: string[] = [];
  for (const node of nodes) {
    await fleet.startCanary(node, ['--listen', '127.0.0.1:0']);
    const found = waitFor(async () => /http:\/\/(\S+)/.exec(await fleet.said(node))?.[1], {
      what: `${node} to listen`,
    });
    targets.push(await found);
  }
  const remoteWrite = [
    {
      url: `${way.url}/api/v1/write`,
      // One sample a request, so that the way can tell nodes apart.
      queue_config: { max_samples_per_send: 1, max_shards: 1, batch_send_deadline: '50ms' },
      metadata_config: { send: false },
      write_relabel_configs: [{ source_labels: ['__name__'], regex: 'rollcall_canary_.*', action: 'keep' }],
    },
  ];
  const scraper = await startPrometheus({ ...common, targets, remoteWrite });
  endings.push(scraper.stop);
  const rows = await measureWay({ fleet, way, nodes, lossyMs: 20_000, mend });
  console.log(formatRows(rows));
  expect(rows.flatMap(judgeRow)).toEqual([]);
  expect(rows.map(({ lost }) => lost)).toEqual([0, 0, 2, 1]);
  const lost = await fleet.collector.total('rollcall_telemetry_dropped_total', { component: 'canary' });
  expect(lost).toBe(3);
  // Asked every 30 s: what a sample is old, of those that are scraped each second.
  const old = await waitFor(() => askAge(fleet, 'late-by-8s'), {
    what: 'the queries to tell of it',
    deadlineMs: 90_000,
  });
  console.log(`late-by-8s: by a query the newest sample is ${old} s old`);
  expect(old).toBeGreaterThanOrEqual(7);
  expect(old).toBeLessThanOrEqual(14);
  const [policy] = await fleet.collector.policies();
  expect(policy?.conditions).toContainEqual({ type: 'ConnectionDown', status: 'False', reason: 'Live', message: '' });
});

async function askAge({ collector }: Fleet, node: string): Promise<number | undefined> {
  const { checks } = await collector.node('logging/logs', node);
  const seen = checks.find(({ check }) => check === 'ingestion')?.seen ?? '';
  const age = /by the queries, the newest record is (\d+) s old/.exec(seen)?.[1];
  return age === undefined ? undefined : Number(age);
}
