/** Plays an hour of two replicas under load, scraped every 5 s, with one thing that happens to the leader. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { createSimTime, type SimTime } from '../campaign/sim-time.ts';
import { buildTown, EPOCH_MS, type Town } from '../campaign/town.ts';
import { seedNumbers } from '../e2e/random.ts';
import { startReplica, type Replica } from './replica.ts';
import { createScrapeBook, type ScrapeBook } from './scrape-book.ts';

const SCRAPE_MS = 5_000;
const HOUR_MS = 3_600_000;
/** The caches are full and each replica was scraped before the hour begins. */
const WARM_UP_MS = 60_000;
const NODES = 40;
const TROUBLES = ['crashLoop', 'nodeNotReady', 'labelLost', 'drain', 'join', 'nodeUnreachable'] as const;

/** The replicas of an hour. */
export interface Stage {
  readonly time: SimTime;
  readonly chance: () => number;
  leader(): Replica;
  other(): Replica;
  start(): Promise<void>;
}

/** What an hour left behind. `endSeconds` is its end, as Prometheus takes it. */
export interface Hour {
  readonly book: ScrapeBook;
  readonly endSeconds: number;
  /** How often two replicas led at a scrape. */
  readonly pairs: number;
}

/** The instance whose word is the truth: a collector that is alone and to which nothing happens. */
export const TRUTH = 'truth';

/** Plays; `happen` is called 20 minutes into the hour. */
export async function playHour(seed: number, happen: (stage: Stage) => Promise<void> | void): Promise<Hour> {
  const time = createSimTime();
  const chance = seedNumbers(seed);
  const town = await buildTown(time, { seed, nodes: NODES, asksDaemons: false, jsonOnly: false });
  // Where the Lease lies.
  town.kube.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: COLLECTOR_NAMESPACE } });
  stir(time, town, chance);
  const all: Replica[] = [];
  const begin = async (name: string, elects: boolean): Promise<Replica> => {
    const replica = await startReplica({ name, time, town, seed: Math.floor(chance() * 2 ** 32), elects });
    all.push(replica);
    return replica;
  };
  const truth = await begin(TRUTH, false);
  const replicas = (): readonly Replica[] => all.filter((replica) => replica !== truth);
  for (const name of ['a', 'b']) await begin(name, true);
  const book = createScrapeBook();
  let pairs = 0;
  const scrape = (): void => {
    if (replicas().filter((replica) => replica.leads()).length > 1) pairs += 1;
    for (const replica of all) {
      const text = replica.scrape();
      if (text !== undefined) book.add(replica.name, text, { wallMs: EPOCH_MS + time.now(), apart: replica === truth });
    }
    time.after(SCRAPE_MS, scrape);
  };
  time.after(Math.floor(chance() * SCRAPE_MS), scrape);
  const stage: Stage = {
    time,
    chance,
    leader: () => one(replicas(), (replica) => replica.leads()),
    other: () => one(replicas(), (replica) => !replica.leads() && replica.scrape() !== undefined),
    start: async () => void (await begin(String.fromCharCode('a'.charCodeAt(0) + replicas().length), true)),
  };
  time.after(WARM_UP_MS + HOUR_MS / 3 + Math.floor(chance() * SCRAPE_MS), () => void happen(stage));
  await time.rest();
  await time.runUntil(WARM_UP_MS + HOUR_MS, () => undefined);
  for (const replica of all) replica.bury();
  await town.kube.stop();
  return { book, pairs, endSeconds: (EPOCH_MS + WARM_UP_MS + HOUR_MS) / 1000 };
}

function one(replicas: readonly Replica[], which: (replica: Replica) => boolean): Replica {
  const found = replicas.find(which);
  if (found === undefined)
    throw new Error(`none of the replicas ${replicas.map(({ name }) => name).join()} is such a one`);
  return found;
}

/** Something happens to some node every 20 s on average. */
function stir(time: SimTime, town: Town, chance: () => number): void {
  const live = (): void => {
    const kind = TROUBLES[Math.floor(chance() * TROUBLES.length)] ?? 'join';
    if (chance() < 0.1) town.trouble(kind, 20 + Math.floor(chance() * 200));
    town.live(false);
    time.stir();
    time.after(2_000, live);
  };
  time.after(2_000, live);
}
