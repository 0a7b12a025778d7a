/** Watches this process's limits: its memory, its event loop, and the pools of its policies. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Timers } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { PolicyRoll } from '../coverage/index.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { LIMITS } from '../http/limits.ts';
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

/** What an idle connection of an agent costs, bytes, as measured (docs/heartbeats.md): OpenSSL's state and buffers are most of it. */
const CONNECTION_BYTES = { plain: 12 * 1024, tls: 64 * 1024 };
/** So much of the memory agents' connections may take. */
const PART_FOR_AGENTS = 0.25;
/** Files and sockets of everybody else. */
const OTHER_FILES = 1_024;

/** What bounds the connections of agents; `files` is how many this process may have open. */
export interface AgentBounds {
  readonly limitBytes: number;
  readonly isSecure: boolean;
  readonly files?: number;
}

/** How many connections of agents are kept at once. */
export function agentConnectionsOf({ limitBytes, isSecure, files = readFileLimit() }: AgentBounds): number {
  const each = CONNECTION_BYTES[isSecure ? 'tls' : 'plain'];
  const most = Math.min(LIMITS.agentConnections, (limitBytes * PART_FOR_AGENTS) / each, files - OTHER_FILES);
  return Math.max(0, Math.floor(most));
}

/** Node has raised its limit to the hard one at its start. Where there is no /proc none is known. */
function readFileLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return Number(soft ?? Infinity);
  } catch {
    return Infinity;
  }
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
