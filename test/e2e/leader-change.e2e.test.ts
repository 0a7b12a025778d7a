/** A change of leaders under load, in Prometheus' own figures: over an hour nothing is counted twice, and what is lost is known. */
import { COVERAGE_METRICS } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { startPrometheus, type Prometheus } from '../control-plane/index.ts';
import { playHour, TRUTH, type Stage } from '../leader-change/play-hour.ts';
import { announceSeed } from './random.ts';

const SCRAPE_S = 5;
const seed = announceSeed();

interface Case {
  readonly what: string;
  /** Leaders that died, each of which takes what was not scraped along. */
  readonly killed: number;
  /** The least and the most seconds that nobody observed, by what is known of the Lease. */
  readonly hole: readonly [number, number];
  readonly happen: (stage: Stage) => Promise<void> | void;
}

const CASES: readonly Case[] = [
  { what: 'nothing happens', killed: 0, hole: [0, 0], happen: () => undefined },
  {
    what: 'the leader is replaced, as by a rolling update',
    killed: 0,
    hole: [0, 3],
    happen: async ({ leader, start }) => {
      await start();
      await leader().end();
    },
  },
  { what: 'the leader is killed', killed: 1, hole: [0, 5], happen: ({ leader }) => leader().kill() },
  {
    what: 'the leader is stopped for a minute',
    killed: 0,
    hole: [0, 5],
    happen: ({ time, leader }) => void time.after(60_000, leader().pause()),
  },
  {
    what: 'the API server cannot be reached by the leader for five minutes',
    killed: 0,
    hole: [0, 5],
    happen: ({ time, leader }) => void time.after(300_000, leader().cutOff()),
  },
  {
    what: 'both are killed, and two others start 90 s later',
    killed: 1,
    hole: [85, 110],
    happen: ({ time, leader, other, start }) => {
      for (const replica of [leader(), other()]) replica.kill();
      time.after(90_000, () => void start().then(start));
    },
  },
];

/**
 * Node-seconds of coverage over the hour, of the replicas together and of the truth. Stability is left out: it asks for the restarts of an hour, and these
 * replicas have no journal from which a new one could know those before its start.
 */
async function compare(prometheus: Prometheus, endSeconds: number) {
  const sum = async (name: string, whose: string): Promise<number> => {
    const increase = `increase(${name}{instance${whose}"${TRUTH}",sli=~"coverage|"}[1h])`;
    const series = await prometheus.query(`sum without (instance, pod) (${increase})`, endSeconds);
    return series.reduce((total, { value }) => total + value, 0);
  };
  const both = async ({ name }: { readonly name: string }) => ({
    truth: await sum(name, '='),
    found: await sum(name, '!='),
  });
  return {
    valid: await both(COVERAGE_METRICS.validSeconds),
    good: await both(COVERAGE_METRICS.goodSeconds),
    unobserved: await both(COVERAGE_METRICS.unobservedSeconds),
    uncovered: await both(COVERAGE_METRICS.uncoveredSeconds),
  };
}

test.each(CASES)(
  '$what: increase() over the hour is the truth',
  async ({ what, killed, hole: [least, most], happen }) => {
    const { book, endSeconds, pairs } = await playHour(seed, happen);
    expect([book.twice, pairs]).toEqual([[], 0]);
    const prometheus = await startPrometheus({
      targets: [],
      scrapeIntervalSeconds: 60,
      honorLabels: true,
      backfill: book.openMetrics(),
    });
    try {
      const { valid, good, unobserved, uncovered } = await compare(prometheus, endSeconds);
      const expected = valid.truth + unobserved.truth;
      const nodes = expected / 3_600;
      const off = valid.found + unobserved.found - expected;
      const hole = (unobserved.found - unobserved.truth) / nodes;
      console.log(
        `${what}: of ${expected.toFixed(0)} node-seconds ${off.toFixed(1)} (${((100 * off) / expected).toFixed(3)} %, ` +
          `${(off / nodes).toFixed(2)} s); unobserved ${hole.toFixed(2)} s; good/valid ${(good.found / valid.found).toFixed(5)} ` +
          `for ${(good.truth / valid.truth).toFixed(5)}; uncovered ${uncovered.found.toFixed(0)} for ${uncovered.truth.toFixed(0)}`,
      );
      const allowed = 0.005 * expected + killed * SCRAPE_S * nodes;
      expect(-off).toBeLessThanOrEqual(allowed);
      // Nothing twice: increase() extrapolates half an interval behind the end of a series, and no more.
      expect(off).toBeLessThanOrEqual((SCRAPE_S / 2) * nodes);
      // By the hour's mean of nodes: when the hole came there were some more or fewer.
      expect(hole).toBeGreaterThanOrEqual(least * 0.93 - 0.1);
      expect(hole).toBeLessThanOrEqual(most * 1.07);
      // What is known is the truth: with what nobody saw added to either side it lies around it.
      const unknown = allowed + unobserved.found - unobserved.truth;
      for (const { truth, found } of [good, uncovered]) {
        expect(found).toBeLessThanOrEqual(truth + allowed);
        expect(found).toBeGreaterThanOrEqual(truth - unknown);
      }
    } finally {
      await prometheus.stop();
    }
  },
);
