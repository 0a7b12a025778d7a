/** What the parts of the roll work with together. */
import type { NodeMemory } from '@rollcall/contract';
import type { Inventory } from '../inventory/index.ts';
import type { Books } from './book.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { Instant } from './subject.ts';

/** The state of the whole roll, changed in place. */
export interface Context extends Books {
  readonly inventory: Inventory;
  readonly policies: Map<string, PolicyRoll>;
  readonly memories: Map<string, NodeMemory>;
  /** By policy UID: when a former life last wrote down something of one of its nodes, wall-clock milliseconds. */
  readonly rememberedUntil: ReadonlyMap<string, number>;
  /** The latest instant that was seen. */
  latest: Instant;
}

/** Work that may pause: it yields the roll that it is changing or about to change, undefined where none is half changed. */
export type Work = Generator<PolicyRoll | undefined, void>;
