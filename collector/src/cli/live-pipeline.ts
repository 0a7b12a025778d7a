/** The pipeline on a machine's clocks: what is due fires by itself, transitions go to the journal and the log. */
import type { ClusterEvent, Journal, JournalRow, Policy, Transition } from '@rollcall/contract';
import type { Timers } from '@rollcall/kube';
import type { Logger } from 'pino';
import type { Instant } from '../coverage/index.ts';
import type { SelfMetrics } from '../http/self-metrics.ts';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import { createPipeline, type Pipeline } from '../pipeline.ts';
import { stampNow } from '../watch/watch-kind.ts';
import { createEventLine } from './event-line.ts';
import { logTransition } from './log-lines.ts';
import type { Machine } from './system-clock.ts';
import { createTicker } from './ticker.ts';

/** The running pipeline. Events enter by `emit` only; after `stop` nothing fires by itself. */
export interface LivePipeline {
  readonly pipeline: Pipeline;
  readonly journal: Journal;
  emit(event: ClusterEvent): void;
  /** The instant to read at: the present one; while events wait to be applied, that of the first, since what came later is not known yet. */
  now(): Instant;
  /** Whether this replica leads at present: by the clock, also while events wait. */
  leads(): boolean;
  stop(): void;
}

/** What it reports to. */
export interface LivePipelineHost {
  readonly cluster: string;
  readonly log: Logger;
  readonly self: Pick<SelfMetrics, 'observeDelay'>;
  readonly machine: Machine;
  /** In memory unless given. */
  readonly journal?: Journal | undefined;
  /** Hears of each event once it is applied. Must not throw. */
  readonly onApplied?: ((event: ClusterEvent) => void) | undefined;
  /** Gets each transition of a policy that is in force, after journal and log. */
  readonly onTransition?: ((of: Pick<Policy, 'namespace' | 'daemonset'>, transition: Transition) => void) | undefined;
}

/** Starts with nothing known but what the journal recalls. */
export function startPipeline(host: LivePipelineHost): LivePipeline {
  const { cluster, log, self, machine, journal = createMemoryJournal(), onTransition, onApplied } = host;
  const append = (row: JournalRow): void => {
    journal.append(row);
    if (row.kind !== 'transition') return;
    const policy = pipeline.roll.policies.get(row.policyUid)?.policy;
    logTransition(log, row, policy);
    if (policy !== undefined) onTransition?.(policy, row);
  };
  // What does not outlive the process need not be kept beside the records themselves: nobody would recall it.
  const remember = journal.durable ? journal.remember : undefined;
  const book = journal.durable ? journal.book : undefined;
  const history = { durable: journal.durable, append, settle: journal.settle, remember, book };
  const pipeline = createPipeline({ cluster, history, memories: journal.recall(), cuts: journal.cuts() });
  return { pipeline, journal, ...drive(pipeline, { log, self, machine, onApplied }) };
}

/** Lets events in and time pass, none of it for long at a time. */
function drive(
  pipeline: Pipeline,
  { log, self, machine, onApplied }: Pick<LivePipelineHost, 'log' | 'self' | 'machine' | 'onApplied'>,
): Pick<LivePipeline, 'emit' | 'now' | 'leads' | 'stop'> {
  const { clock } = machine;
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // A fault of the core must not end the watch of everything else; a reflector catches its own.
      log.error({ err: error }, 'a timer of the pipeline failed');
    }
  };
  const timers: Timers = { after: (ms, run) => machine.timers.after(ms, () => guard(run)) };
  const fireDue = (): void => {
    if (line.first() === undefined) line.push({ kind: 'tick', source: 'ticker', uid: '', ...stampNow(clock) });
  };
  const ticker = createTicker({ roll: pipeline.roll, advance: fireDue }, { now: () => stampNow(clock), timers });
  const applied = (event: ClusterEvent): void => {
    ticker.aim();
    onApplied?.(event);
    if (event.kind !== 'tick') self.observeDelay(clock.monoMs() - event.monoMs);
  };
  const line = createEventLine(pipeline, { clock, timers, applied });
  return {
    emit: line.push,
    now: () => {
      // Much may be due at once: it fires in stretches, and not within a read.
      if (pipeline.roll.nextDueMono() <= clock.monoMs()) fireDue();
      return line.first() ?? stampNow(clock);
    },
    leads: () => pipeline.leads(stampNow(clock)),
    stop: () => {
      line.stop();
      ticker.stop();
    },
  };
}
