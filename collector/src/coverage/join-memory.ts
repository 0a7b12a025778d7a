/** What is kept of a join that is under way, here and in the journal. */
import type { NodeMemory } from '@rollcall/contract';

/** What is remembered of a node that is joining; monotonic milliseconds. */
export interface Joining {
  /** Since when it is followed, in this life or a former one. */
  readonly sinceMono: number;
  /** When it was Ready for the first time; undefined until then. */
  readonly readyMono: number | undefined;
  /** When it was eligible for the first time. */
  readonly eligibleMono: number | undefined;
  /** When a Daemon spoke for it for the first time. */
  readonly registeredMono: number | undefined;
  /** True once it was counted as late: it is measured all the same. */
  readonly late: boolean;
  /** True once nothing more is to be counted or measured of it. */
  readonly ended: boolean;
}

/** What the journal keeps of a join, wall-clock milliseconds. */
export function rememberJoin(joining: Joining | undefined, wall: (mono: number) => number): Pick<NodeMemory, 'join'> {
  if (joining === undefined) return {};
  const { sinceMono, readyMono, eligibleMono, late, ended } = joining;
  return {
    join: {
      late,
      ended,
      since: wall(sinceMono),
      ...(readyMono === undefined ? {} : { ready: wall(readyMono) }),
      ...(eligibleMono === undefined ? {} : { eligible: wall(eligibleMono) }),
    },
  };
}

/** The same taken back. */
export function recallJoin({ join }: NodeMemory, mono: (wallMs: number) => number): Joining | undefined {
  if (join === undefined) return undefined;
  const { late, ended, since, ready, eligible } = join;
  return {
    sinceMono: mono(since),
    readyMono: ready === undefined ? undefined : mono(ready),
    eligibleMono: eligible === undefined ? undefined : mono(eligible),
    registeredMono: undefined,
    late,
    ended,
  };
}
