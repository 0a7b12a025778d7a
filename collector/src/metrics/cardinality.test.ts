import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createTestCluster } from '../test-cluster.ts';
import { renderExposition } from './exposition.ts';

const DAY = 24 * 3_600_000;
const PAGE = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

interface Fleet {
  readonly policies: number;
  readonly pools: number;
}

/** The series of each family as docs/metrics.md says, families without any left out. */
function readTable({ policies, pools }: Fleet): Readonly<Record<string, number>> {
  const rows = PAGE.slice(PAGE.indexOf('## How many series')).split('\n');
  const cells = rows.filter((row) => row.startsWith('|')).map((row) => row.split('|').map((cell) => cell.trim()));
  const column = cells[0]?.indexOf(`${policies} x ${pools}`) ?? -1;
  const counts = cells
    .slice(2)
    .map((row): [string, number] => [row[1]?.replaceAll(/[`*]/g, '') ?? '', Number(row[column])]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Counts what is really exposed of a fleet with two nodes a pool, all covered. */
function countSeries({ policies, pools }: Fleet): Readonly<Record<string, number>> {
  const cluster = createTestCluster();
  const names = Array.from({ length: policies }, (_, i) => `agent-${i}`);
  for (const name of names) {
    cluster.policy({
      uid: name,
      daemonset: name,
      poolLabels: ['pool'],
      objectives: [{ sli: 'coverage', target: 0.99, windowMs: DAY }],
    });
    cluster.daemonSet({ uid: name, name });
  }
  for (let i = 0; i < 2 * pools; i++) {
    cluster.node(`n${i}`, { labels: { pool: `p${i % pools}` } });
    for (const owner of names) cluster.pod(`n${i}`, { uid: `${owner}-${i}`, name: `${owner}-${i}`, ownerUid: owner });
  }
  cluster.live(...names);
  cluster.wait(1_000);
  const readings = cluster.pipeline.read(cluster.now());
  const counts: Record<string, number> = { all: 0 };
  const text = [...renderExposition({ readings, leads: true, collector: [], format: 'text' })].join('');
  for (const [name = ''] of text.matchAll(/^rollcall_[a-z_]+/gm)) {
    counts[name] = (counts[name] ?? 0) + 1;
    counts['all'] = (counts['all'] ?? 0) + 1;
  }
  return counts;
}

it.each<Fleet>([
  { policies: 1, pools: 5 },
  { policies: 10, pools: 5 },
  { policies: 100, pools: 20 },
])('$policies policies of $pools pools have as many series as the table says', (fleet) => {
  expect(countSeries(fleet)).toEqual(readTable(fleet));
});
