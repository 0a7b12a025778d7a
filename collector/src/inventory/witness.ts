/** Objects that speak for a node from outside of Kubernetes' own: Daemons and node states, each with its newest sign of life. */
import type { DaemonObject, LeaseObject, NodeStateObject } from '@rollcall/contract';
import { dateFirstSight, type Arrival } from './dating.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';
import { createSourceOffset, medianOffset, noteOffset, type SourceOffset } from './source-offset.ts';

/** A witness with its sign of life on the monotonic clock (see `dateSign`). */
export interface Witness<O> {
  readonly object: O;
  /** The time that it gives itself, wall-clock milliseconds. */
  readonly own: number | undefined;
  /** When its sign of life was given; undefined for one that gives none, or no time. */
  readonly signMono: number | undefined;
  /** How far its own time lay ahead of its arrival, in milliseconds; for findings only, it decides nothing. */
  readonly aheadMs: number;
}

/** The witnesses of one source, by UID; changed in place by `applyWitness` only. */
export interface Witnesses<O> {
  readonly entries: Map<string, Witness<O>>;
  readonly index: KeyIndex;
  readonly offset: SourceOffset;
}

/** A Daemon and when it was last probed. */
export type DaemonEntry = Witness<DaemonObject>;

/** A PlexdNodeState and when it last proved life. */
export type NodeStateEntry = Witness<NodeStateObject>;

/** A node's Lease and when it was last renewed, on the monotonic clock; undefined if it never was. */
export interface LeaseEntry {
  readonly object: LeaseObject;
  readonly renewedMono: number | undefined;
}

/** A source that has told of nobody yet. */
export function createWitnesses<O>(): Witnesses<O> {
  return { entries: new Map(), index: createKeyIndex(), offset: createSourceOffset() };
}

/** What a sign of life is dated by. */
export interface Sign {
  readonly arrival: Arrival;
  /** The time that the object gives, wall-clock milliseconds. */
  readonly own: number | undefined;
  /** The time that it gave before, and what that meant; undefined at first sight. */
  readonly before: { readonly own: number | undefined; readonly signMono: number | undefined } | undefined;
  /** False for what is listed anew after the watch was lost: that did not change under our eyes. */
  readonly watched: boolean;
  readonly offset: SourceOffset;
}

/**
 * When a sign of life was given. Only one that changes under our eyes is dated by its arrival; at first sight it is as old as it says
 * by its source's clock, but not younger than now: so no clock that is ahead makes it fresh for ever. Once values were seen to change,
 * the source's clock is known on our monotonic one, and no step of our wall clock makes what is listed anew look old.
 */
export function dateSign({ arrival, own, before, watched, offset }: Sign): number | undefined {
  if (own === undefined) return undefined;
  if (before !== undefined && before.own === own) return before.signMono;
  if (before === undefined || !watched) {
    const median = medianOffset(offset);
    return median === undefined ? dateFirstSight(arrival, own) : Math.min(arrival.monoMs, own + median);
  }
  if (before.own !== undefined) noteOffset(offset, arrival.monoMs - own);
  return arrival.monoMs;
}
