/** What is in a day and when: a whole one for the campaign, and some hours of one for each commit. */
import type { Ailment } from './cluster.ts';

/** Kinds of planted gaps. */
export type GapKind = Ailment | 'label' | 'taint' | 'dead';

/** Kind, nodes, and least and most minutes of a gap; a long and a short one are told apart by 5 min, and none is near to it. */
export type GapPlan = readonly [kind: GapKind, nodes: number, least: number, most: number];

/** A day; all times are minutes of it. */
export interface DayPlan {
  readonly minutes: number;
  readonly nodesPerPool: number;
  /** Joins, and as many leaves, of which so many are spot nodes that vanish. */
  readonly churned: number;
  readonly spotLosses: number;
  readonly fargate: number;
  readonly cordons: number;
  readonly rollouts: readonly number[];
  /** An OnDelete rollout by hand, pool after pool, and an upgrade of the last pool that is going on meanwhile. */
  readonly byHandFrom: number;
  readonly upgrade: { readonly from: number; readonly nodes: number };
  readonly restartAt: number;
  readonly leaderChangeAt: number;
  /** A maintenance window of an hour over the last pool, which is unreachable for most of it. */
  readonly windowAt: number | undefined;
  /** Each gap has a stretch of its own between these two, and begins in its first minutes. */
  readonly gaps: {
    readonly from: number;
    readonly until: number;
    readonly jitter: number;
    readonly plans: readonly GapPlan[];
  };
}

/** 24 hours. */
export const WHOLE_DAY: DayPlan = {
  minutes: 1_440,
  nodesPerPool: 50,
  churned: 500,
  spotLosses: 60,
  fargate: 12,
  cordons: 20,
  rollouts: [95, 700, 1_330],
  byHandFrom: 300,
  upgrade: { from: 420, nodes: 40 },
  restartAt: 660,
  leaderChangeAt: 880,
  windowAt: 1_200,
  gaps: {
    from: 45,
    until: 1_365,
    jitter: 15,
    plans: [
      ['label', 3, 20, 50],
      ['taint', 2, 15, 40],
      ['hang', 4, 15, 30],
      ['hang', 1, 9, 14],
      ['crash', 1, 7, 15],
      ['crash', 5, 10, 25],
      ['crash', 30, 12, 20],
      ['quota', 3, 12, 25],
      ['dead', 1, 20, 40],
      ['image', 1, 8, 12],
      ['label', 1, 7, 9],
      ['taint', 1, 7, 9],
      ['crash', 1, 1, 3],
      ['crash', 4, 2, 3],
      ['label', 1, 1, 2],
      ['quota', 2, 2, 3],
      ['hang', 2, 2, 3],
    ],
  },
};

/**
 * Two and a half hours with all of it but the maintenance window; the hand reaches the last pool while that is upgraded. Nobody takes over
 * and nothing starts anew during a gap: the heartbeat layer is unknown for a while then, which begins the age of a hung node anew.
 */
export const SOME_HOURS: DayPlan = {
  minutes: 150,
  nodesPerPool: 20,
  churned: 40,
  spotLosses: 6,
  fargate: 2,
  cordons: 4,
  rollouts: [75],
  byHandFrom: 8,
  upgrade: { from: 12, nodes: 20 },
  restartAt: 104,
  leaderChangeAt: 45,
  windowAt: undefined,
  gaps: {
    from: 20,
    until: 140,
    jitter: 8,
    plans: [
      ['crash', 12, 12, 14],
      ['hang', 1, 9, 12],
      ['label', 1, 7, 9],
      ['crash', 2, 2, 3],
    ],
  },
};
