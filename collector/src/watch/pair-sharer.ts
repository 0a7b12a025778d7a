/**
 * Splits maps of labels or annotations: of 100,000 nodes all but one or two pairs are the same as on thousands of others, so that those
 * lie in one map for all of them, and a node keeps a map of its own only for the rest.
 */
import type { StringMap } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { ENTRY } from './wire-fields.ts';
import { NO_PAIRS } from './read-field.ts';

// A key with more values than this is one whose value is each node's own (its host name, its address).
const MOST_VALUES = 64;
// Where even so hardly two nodes are alike there is nothing to share, and what is known is forgotten before it gets large.
const MOST_STEPS = 20_000;

// Longer ones are rare, and rarely the same.
const MOST_ENTRY = 256;

/** The two parts of one map; no key is in both. */
export interface SplitPairs {
  readonly shared: StringMap;
  readonly own: StringMap;
}

/** Splits one map at a time: `begin`, `add` for each of its pairs, in the server's order (which is by key), then `take`. */
export class PairSharer {
  readonly #values = new Map<string, Set<string>>();
  readonly #ownKeys = new Set<string>();
  #steps = 0;
  #root = new Step();
  #at = this.#root;
  /** Its keys and values by turns. */
  readonly #own: string[] = [];

  /** Begins a map, also where the one before was given up. */
  begin(): void {
    this.#at = this.#root;
    this.#own.length = 0;
  }

  /** Adds a pair to the map at hand. */
  add(key: string, value: string): void {
    const { latest } = this.#at;
    const isSame = latest !== undefined && latest.key === key && (latest.isOwn || latest.value === value);
    const next = isSame ? latest : this.#find(key, value);
    if (next.isOwn) this.#own.push(key, value);
    this.#at = this.#at.latest = next;
  }

  /** Adds the pair that the present field is, an entry of a map in protobuf. A value of more than `most` characters counts as ''. */
  addWire(wire: Wire, most = Infinity): void {
    const { latest } = this.#at;
    // As a rule it is, byte for byte, what the map before this one had next: then it need not be taken apart.
    if (latest?.entry !== undefined && wire.isSame(latest.entry)) {
      this.#at = latest;
      return;
    }
    const { from, to } = wire;
    const { key, value } = readEntry(wire);
    this.add(key, value.length <= most ? value : '');
    const isWorthIt = !this.#at.isOwn && to - from <= MOST_ENTRY;
    if (isWorthIt) this.#at.entry ??= Buffer.from(wire.bytesAt(from, to), 'latin1');
  }

  /** The map at hand in two parts. */
  take(): SplitPairs {
    const { shared, ownShape } = (this.#at.ending ??= endAt(this.#at));
    return { shared, own: fill(ownShape, this.#own) };
  }

  #find(key: string, value: string): Step {
    const isOwn = this.#ownKeys.has(key);
    const branches = (this.#at.branches ??= new Map<string, Map<string, Step>>());
    let steps = branches.get(key);
    if (steps === undefined) branches.set(key, (steps = new Map<string, Step>()));
    const known = steps.get(isOwn ? '' : value);
    if (known !== undefined) return known;
    const step = new Step({ before: this.#at, key, value, isOwn });
    steps.set(isOwn ? '' : value, step);
    if (++this.#steps > MOST_STEPS) this.#forget();
    if (!isOwn) this.#learn(key, value);
    return step;
  }

  #learn(key: string, value: string): void {
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, new Set([value]));
    else if (values.add(value).size > MOST_VALUES) {
      this.#values.delete(key);
      this.#ownKeys.add(key);
      this.#startOver();
    }
  }

  #forget(): void {
    this.#values.clear();
    this.#ownKeys.clear();
    this.#startOver();
  }

  // The map at hand is still finished on the old steps.
  #startOver(): void {
    this.#root = new Step();
    this.#steps = 0;
  }
}

interface Pair {
  readonly before: Step | undefined;
  readonly key: string;
  readonly value: string;
  /** True: it stands for every value of that key. */
  readonly isOwn: boolean;
}

/** A pair as it follows on others: maps that begin with the same pairs go the same steps. */
class Step {
  readonly before: Step | undefined;
  readonly key: string;
  readonly value: string;
  readonly isOwn: boolean;
  /** Its entry in protobuf, where it was seen. */
  entry: Buffer | undefined = undefined;
  /** Where the map before this one went on: as a rule the next one does, too. */
  latest: Step | undefined = undefined;
  /** By key, then by value. */
  branches: Map<string, Map<string, Step>> | undefined = undefined;
  ending: Ending | undefined = undefined;

  constructor({ before, key, value, isOwn }: Pair = { before: undefined, key: '', value: '', isOwn: false }) {
    this.before = before;
    this.key = key;
    this.value = value;
    this.isOwn = isOwn;
  }
}

function readEntry(wire: Wire): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === ENTRY.key) key = wire.text();
    else if (field === ENTRY.value) value = wire.text();
  }
  wire.leave(mark);
  return { key, value };
}

/** What the maps that end at a step have alike: the map that they share, and the keys of their own ones. */
interface Ending {
  readonly shared: StringMap;
  readonly ownShape: StringMap;
}

function endAt(last: Step): Ending {
  const steps: Step[] = [];
  for (let step = last; step.before !== undefined; step = step.before) steps.push(step);
  steps.reverse();
  return { shared: toMap(steps.filter(({ isOwn }) => !isOwn)), ownShape: toMap(steps.filter(({ isOwn }) => isOwn)) };
}

// A map as a parser makes it has no room to spare, and is no hash table however many keys it has; so has a copy of it.
function toMap(steps: readonly Step[]): StringMap {
  if (steps.length === 0) return NO_PAIRS;
  return JSON.parse(JSON.stringify(Object.fromEntries(steps.map(({ key, value }) => [key, value])))) as StringMap;
}

function fill(shape: StringMap, pairs: readonly string[]): StringMap {
  if (pairs.length === 0) return NO_PAIRS;
  const map: Record<string, string> = { ...shape };
  for (let at = 0; at < pairs.length; at += 2) map[pairs[at] ?? ''] = pairs[at + 1] ?? '';
  return map;
}
