import type { JournalRow, NodeMemory } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createChance, type Chance } from '../test-random.ts';
import type { Reply, Request } from './batch.ts';
import { createRowQueue } from './row-queue.ts';
import { createScribe } from './scribe.ts';
import type { ThreadListener } from './start-worker.ts';

const POLICY = { cluster: 'c', policyUid: 'p', pool: '' };

/** What outlives every process: the rows and the memories that were committed. */
interface Disk {
  readonly joins: string[];
  readonly known: Set<string>;
}

/** One process life on a disk: it counts every node that the disk does not know, and exports a count when it is settled. */
function live({ joins, known }: Disk) {
  const requests: Request[] = [];
  const unheard: Reply[] = [];
  const counted = new Set(known);
  const queue = createRowQueue();
  let [now, exported, unheardOf] = [0, 0, 0];
  let look = (): void => undefined;
  let listener: ThreadListener | undefined;
  const scribe = createScribe({
    path: 'j',
    queue,
    clock: { monoMs: () => now },
    timers: {
      after: (_, run) => {
        look = run;
        return () => undefined;
      },
    },
    log: { info: () => undefined, warn: () => undefined },
    start: (own) => {
      listener = own;
      return { post: (request) => void requests.push(request), end: () => undefined };
    },
  });
  const recalled = { replica: 'r', cuts: [], transitions: [], setAside: undefined };
  listener?.replied({ kind: 'opened', recalled });
  requests.length = 0;
  return {
    exported: () => exported,
    unheardOf: () => unheardOf,
    count: (nodeUid: string): void => {
      if (counted.has(nodeUid)) return;
      counted.add(nodeUid);
      queue.add(joinOf(nodeUid));
      scribe.settle({ policyUid: POLICY.policyUid, nodeUid }, () => (exported += 1));
      queue.remember(memoryOf(nodeUid));
    },
    look: (ms = 1_000): void => {
      now += ms;
      look();
    },
    commit: (): void => {
      const request = requests.shift();
      if (request?.kind !== 'write') return;
      for (const row of request.batch.rows) if (row.kind === 'join') joins.push(row.nodeUid);
      for (const { nodeUid } of request.batch.memories) known.add(nodeUid);
      unheardOf = request.batch.memories.length;
      unheard.push({ kind: 'written' });
    },
    acknowledge: (): void => {
      const reply = unheard.shift();
      if (reply === undefined) return;
      unheardOf = 0;
      listener?.replied(reply);
    },
  };
}

function joinOf(nodeUid: string): JournalRow {
  return { kind: 'join', ...POLICY, nodeUid, node: nodeUid, wallMs: 0, outcome: 'in_time', stages: {} };
}

function memoryOf(nodeUid: string): NodeMemory {
  const memory: Partial<NodeMemory> = { policyUid: POLICY.policyUid, nodeUid, wallMs: 0, gone: false };
  return memory as NodeMemory;
}

type Life = ReturnType<typeof live>;

function act(life: Life, chance: Chance, nodes: readonly string[]): void {
  switch (chance.below(4)) {
    case 0: {
      const from = chance.below(nodes.length);
      const most = chance.once(8) ? 2_500 : 5;
      for (const uid of nodes.slice(from, from + 1 + chance.below(most))) life.count(uid);
      return;
    }
    case 1:
      return life.look(1); // A disk that hangs is the other case.
    case 2:
      return life.commit();
    default:
      return life.acknowledge();
  }
}

function drain(life: Life): void {
  for (let turn = 0; turn < 40; turn += 1) {
    life.look();
    life.commit();
    life.acknowledge();
  }
}

const SEEDS = Array.from({ length: 50 }, (_, at) => 20_261_126 + at);

describe('what is counted once over all lives', () => {
  test(`is exported once, wherever each of them ends (seeds ${SEEDS[0]} and ${SEEDS.length - 1} more)`, () => {
    let [deaths, lost, unseen, told] = [0, 0, 0, 0];
    for (const seed of SEEDS) {
      const chance = createChance(seed);
      const nodes = Array.from({ length: 3_000 }, (_, at) => `n${at}`);
      const disk: Disk = { joins: [], known: new Set() };
      let [exported, scraped, unheardOf, notScraped] = [0, 0, 0, 0];
      for (let life = 0; life < 6; life += 1) {
        const own = live(disk);
        let last = 0;
        for (let steps = chance.below(60); steps > 0; steps -= 1) {
          act(own, chance, nodes);
          if (chance.once(4)) last = own.exported();
        }
        deaths += 1;
        exported += own.exported();
        scraped += last;
        notScraped += own.exported() - last;
        unheardOf += own.unheardOf();
      }
      const end = live(disk);
      for (const uid of nodes) end.count(uid);
      drain(end);
      exported += end.exported();
      scraped += end.exported();
      // Never twice; and not at all only what the file had and the process had not heard of, or nobody had asked for, when it was killed.
      expect({ seed, exported }).toEqual({ seed, exported: nodes.length - unheardOf });
      expect({ seed, scraped }).toEqual({ seed, scraped: nodes.length - unheardOf - notScraped });
      expect(new Set(disk.joins).size).toBe(nodes.length);
      [lost, unseen, told] = [lost + unheardOf, unseen + notScraped, told + disk.joins.length - nodes.length];
    }
    console.log(
      `${deaths} deaths: ${lost} counts written and not heard of, ${unseen} not scraped, ${told} rows told again`,
    );
    expect(lost).toBeGreaterThan(0);
    expect(told).toBeGreaterThan(0);
  });

  test('is exported at once while the file cannot be written, and after ten seconds of a disk that does not answer', () => {
    const own = live({ joins: [], known: new Set() });
    own.count('a');
    own.look();
    own.look(9_000);
    expect(own.exported()).toBe(0);
    own.look(1_000);
    expect(own.exported()).toBe(1);
    own.count('b');
    expect(own.exported()).toBe(2);
    own.commit();
    own.acknowledge();
    own.count('c');
    expect(own.exported()).toBe(2);
  });
});
