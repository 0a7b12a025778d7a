import { describe, expect, it } from 'vitest';
import { SPLIT } from '../config/split-advice.ts';
import { watchLimits, type LimitsWatch } from './watch-limits.ts';

const MIB = 1024 ** 2;

interface Scene {
  readonly watch: LimitsWatch;
  readonly log: readonly string[];
  sheds(): number;
  tightened(): boolean;
  pending(): number;
  /** Looks so often with this part of the limit in use and the loop so busy. */
  look(times: number, use: number, busy?: number): void;
  crowd(...texts: readonly string[]): void;
}

function open(limitBytes = 500 * MIB): Scene {
  const log: string[] = [];
  const due = new Set<() => void>();
  let [use, busy, sheds] = [0.1, 0, 0];
  let tightened = false;
  let crowded: readonly string[] = [];
  const say =
    (level: string) =>
    (fields: object, message: string): void =>
      void log.push(`${level} ${JSON.stringify(fields)} ${message}`);
  const watch = watchLimits({
    limitBytes,
    rss: () => use * 500 * MIB,
    busy: () => busy,
    tighten: () => void (tightened = true),
    shed: () => void (sheds += 1),
    crowded: () => crowded,
    after: (_, run) => {
      due.add(run);
      return () => due.delete(run);
    },
    log: { warn: say('warn'), info: say('info') },
  });
  return {
    watch,
    log,
    sheds: () => sheds,
    tightened: () => tightened,
    pending: () => due.size,
    crowd: (...texts) => void (crowded = texts),
    look: (times, toUse, toBusy = 0) => {
      [use, busy] = [toUse, toBusy];
      for (let i = 0; i < times; i++) {
        const [next] = due;
        if (next === undefined) throw new Error('nothing is due');
        due.delete(next);
        next();
      }
    },
  };
}

describe('memory', () => {
  it('above 200 MB is collected more often, whatever the limit', () => {
    const { look, tightened, sheds } = open(Infinity);
    look(1, 0.38);
    expect(tightened()).toBe(false);
    look(1, 0.39);
    expect([tightened(), sheds()]).toEqual([true, 0]);
  });

  it('below four fifths of the limit is let alone', () => {
    const { look, log, sheds, watch } = open();
    look(100, 0.79);
    expect([log, sheds(), watch.notes()]).toEqual([[], 0, []]);
  });

  it('above that costs history at every look, and is told once for each crossing', () => {
    const { look, log, sheds, watch } = open();
    look(3, 0.8);
    // Up and down at the edge is no other crossing.
    look(1, 0.78);
    look(1, 0.85);
    expect([log, sheds(), watch.notes()]).toEqual([
      ['warn {"memory":"400 MiB of 500 MiB"} memory is short: history is shed, answers go on'],
      4,
      [],
    ]);
    look(1, 0.7);
    look(1, 0.8);
    expect(log.slice(1)).toEqual([
      'info {"memory":"350 MiB of 500 MiB"} memory is no longer short: history is kept again',
      'warn {"memory":"400 MiB of 500 MiB"} memory is short: history is shed, answers go on',
    ]);
  });

  it.each([
    ['at once above 95 %', 1, 0.95],
    ['after a minute above 90 %', 30, 0.9],
  ])('that stays asks %s to split the work, until it is well below', (_, looks, use) => {
    const { look, log, watch } = open();
    look(looks - 1, use);
    expect(watch.notes()).toEqual([]);
    look(1, use);
    look(5, use);
    const fulls = log.filter((line) => line.includes('raise the limit'));
    expect(fulls).toEqual([
      expect.stringContaining(`memory is short after history was shed: raise the limit, or ${SPLIT}`),
    ]);
    look(1, 0.85);
    expect(watch.notes()).toEqual([expect.stringMatching(/^memory is short: 425 MiB of 500 MiB .* --policy files/)]);
    look(1, 0.6);
    expect(watch.notes()).toEqual([]);
  });

  it('without a limit is never short', () => {
    const { look, log, sheds } = open(Infinity);
    look(100, 50);
    expect([log, sheds()]).toEqual([[], 0]);
  });
});

describe('the event loop', () => {
  it('that is busy for a minute is told of once, and noted until it is not', () => {
    const { look, log, watch } = open();
    look(29, 0.1, 1);
    expect([log, watch.notes()]).toEqual([[], []]);
    look(10, 0.1, 0.97);
    expect(log).toEqual([`warn {"busy":"97 %"} the event loop has been busy for a minute: ${SPLIT}`]);
    expect(watch.notes()).toEqual([expect.stringContaining('answers come late')]);
    look(1, 0.1, 0.3);
    expect(watch.notes()).toEqual([]);
  });
});

it('what has outgrown its bound is told once, and noted while it holds', () => {
  const { crowd, look, log, watch } = open();
  crowd('policy a has too many pools');
  look(3, 0.1);
  expect([log, watch.notes()]).toEqual([['warn {} policy a has too many pools'], ['policy a has too many pools']]);
  crowd();
  expect(watch.notes()).toEqual([]);
});

it('ends', () => {
  const { watch, pending } = open();
  expect(pending()).toBe(1);
  watch.stop();
  expect(pending()).toBe(0);
});
