/** Watches this process's limits: its memory, its event loop, and the pools of its policies. */
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Timers } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { PolicyRoll } from '../coverage/index.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Stream } from '../http/stream.ts';
import { tooManyPools } from '../sli/index.ts';
import type { LivePipeline } from './live-pipeline.ts';
import { watchLimits, type LimitsWatch } from './watch-limits.ts';

/** What a process needs beside what it counts: stacks, and what the kernel takes on its behalf. */
const PART_OF_GROUP = 0.9;

/**
 * Lets the old heap grow by a tenth before it is collected. For the rest of the process's life: who was large or short of memory once will be so again.
 * From the start it would cost every collector CPU (DECISIONS.md, D44).
 */
const TIGHT_HEAP = '--heap-growing-percent=10';

/** The machine, as far as its memory goes; `constrained` is what the control group allows (v1 or v2), 0 or more than there is for no limit. */
export interface MachineMemory {
  readonly constrained: number;
  readonly total: number;
}

function readMachine(): MachineMemory {
  return { constrained: process.constrainedMemory(), total: totalmem() };
}

/** The limit in bytes: what the flag says, else nine tenths of what the control group allows, else Infinity. */
export function memoryLimitOf(
  { memoryLimitBytes }: Pick<ServeConfig, 'memoryLimitBytes'>,
  { constrained, total }: MachineMemory = readMachine(),
): number {
  if (memoryLimitBytes !== undefined) return memoryLimitBytes;
  return constrained > 0 && constrained < total ? Math.floor(constrained * PART_OF_GROUP) : Infinity;
}

/** What is watched, and what can be shed. */
export interface LimitsParts {
  readonly limitBytes: number;
  readonly live: Pick<LivePipeline, 'journal' | 'pipeline'>;
  readonly stream: Pick<Stream, 'shed'>;
  readonly timers: Timers;
  readonly log: Logger;
}

/** Begins to watch. */
export function startLimits({ limitBytes, live, stream, timers, log }: LimitsParts): LimitsWatch {
  let before = performance.eventLoopUtilization();
  return watchLimits({
    limitBytes,
    rss: () => process.memoryUsage.rss(),
    busy: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    tighten: () => setFlagsFromString(TIGHT_HEAP),
    shed: () => {
      live.journal.shed(0);
      stream.shed();
    },
    crowded: () => [...live.pipeline.roll.policies.values()].flatMap(sayCrowded),
    after: timers.after,
    log,
  });
}

function sayCrowded(roll: PolicyRoll): readonly string[] {
  const { namespace, daemonset } = roll.policy;
  return tooManyPools(roll).map(({ message }) => `the policy about ${namespace}/${daemonset}: ${message}`);
}
