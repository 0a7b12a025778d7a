/** Lets canaries go a faulty way and holds what the collector says of them against what the way did. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../control-plane/wait.ts';
import type { FaultyWay } from './faulty-way.ts';
import { askWord, GRACE_MS, LOOK_MS, type Fleet, type Word } from './fleet.ts';

/** What was done to a node's canaries, and what was measured. Lags in seconds: what the way took, and the span of what was said. */
export interface Row {
  readonly node: string;
  readonly records: number;
  readonly lost: number;
  readonly saidLost: number;
  readonly took: readonly [least: number, most: number];
  readonly saidLag: readonly [least: number, most: number];
  readonly state: string;
}

/** What is measured: for how long records are lost, and when that is over. */
export interface Measured {
  readonly fleet: Fleet;
  readonly way: FaultyWay;
  readonly nodes: readonly string[];
  readonly lossyMs: number;
  /** From now on the way loses nothing. */
  mend(): void;
}

/** Ends when every loss has been counted, or fails with what was counted instead. */
export async function measureWay({ fleet, way, nodes, lossyMs, mend }: Measured): Promise<readonly Row[]> {
  const words = new Map<string, Word[]>(nodes.map((node) => [node, []]));
  const ask = async (): Promise<void> => {
    for (const node of nodes) {
      const word = await askWord(fleet, node);
      if (word !== undefined) words.get(node)?.push(word);
    }
  };
  const end = performance.now() + lossyMs;
  while (performance.now() < end) {
    await ask();
    await sleep(250);
  }
  mend();
  const lostOf = (node: string): number => way.fates(node).filter(({ lost }) => lost).length;
  const saidOf = (node: string): number => words.get(node)?.at(-1)?.lost ?? 0;
  await waitFor(
    async () => {
      await ask();
      const wrong = nodes.filter((node) => lostOf(node) !== saidOf(node));
      if (wrong.length > 0)
        throw new Error(wrong.map((node) => `${node}: ${saidOf(node)} of ${lostOf(node)}`).join(', '));
      return true;
    },
    { what: 'every loss to be counted', deadlineMs: 3 * GRACE_MS + 60_000, everyMs: 250 },
  );
  // Neither may one be counted that is none.
  await sleep(2 * LOOK_MS);
  await ask();
  return nodes.map((node) => toRow(node, { way, words: words.get(node) ?? [] }));
}

function toRow(node: string, { way, words }: { readonly way: FaultyWay; readonly words: readonly Word[] }): Row {
  const fates = way.fates(node);
  const last = words.at(-1);
  // What was lost is waited for too: a lag is what the way takes only where it loses nothing.
  return {
    node,
    records: fates.length,
    lost: fates.filter(({ lost }) => lost).length,
    saidLost: last?.lost ?? 0,
    took: spanOf(
      fates.flatMap(({ arrivedMs, sentMs }) => (arrivedMs === undefined ? [] : [(arrivedMs - sentMs) / 1000])),
    ),
    // The first word is on a canary that was there at the first look, of which nothing is known but that.
    saidLag: spanOf(words.slice(Math.ceil(words.length / 3)).map(({ lagS }) => lagS)),
    state: last?.state ?? '',
  };
}

function spanOf(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** So much a collector on a crowded machine may look later than it should, in seconds. */
const SLACK_S = 2;

/** What does not hold, in words; nothing if all does. The lag of who loses nothing is known to one look. */
export function judgeRow({ node, lost, saidLost, took, saidLag }: Row): readonly string[] {
  const faults: string[] = [];
  if (saidLost !== lost) faults.push(`${node}: ${lost} lost, ${saidLost} counted`);
  if (lost > 0) return faults;
  const [least, most] = saidLag;
  if (most > took[1] + 0.5) faults.push(`${node}: took ${took[1]} s at most, ${most} s said`);
  // Whole seconds are cut.
  const floor = took[0] - (1.1 * LOOK_MS) / 1000 - 1 - SLACK_S;
  if (least < floor) faults.push(`${node}: took ${took[0]} s at least, ${least} s said`);
  return faults;
}

/** The rows as a table. */
export function formatRows(rows: readonly Row[]): string {
  const span = ([least, most]: Row['took'], digits: number): string =>
    `${least.toFixed(digits)} to ${most.toFixed(digits)} s`;
  const lines = rows.map((row) => {
    const cells = [row.node, row.records, row.lost, row.saidLost, span(row.took, 1), span(row.saidLag, 0), row.state];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [
    'node',
    'canaries',
    'lost by the way',
    'counted as lost',
    'the way took',
    'the lag said',
    'state at the end',
  ];
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n');
}
