/** Plays a situation through the whole path and asks, as `rollcall explain --server` does, about one node. */
import { createAnswers, createMemoryJournal, createPipeline, printExplanation } from '@rollcall/collector';
import { LOG_START, readSteps, type Step } from '../read-log.ts';

/** One situation: what happened to the fleet that was well, whom it is about, and when one asks (HH:MM:SS). */
export interface Situation {
  readonly node: string;
  readonly steps?: readonly Step[];
  readonly asked: string;
}

/** What the command prints for the node under agents/plexd. */
export function explainSituation(base: readonly Step[], { node, steps = [], asked }: Situation): string {
  const journal = createMemoryJournal();
  const pipeline = createPipeline({ cluster: '', memories: [], history: journal });
  let now = { monoMs: 0, wallMs: LOG_START };
  for (const event of readSteps([...base, ...steps, { at: asked }])) {
    now = { monoMs: event.monoMs, wallMs: event.wallMs };
    pipeline.apply(event);
  }
  const answers = createAnswers({ pipeline, journal, rejected: () => [], conditionsOf: () => [], now: () => now });
  const policy = { namespace: 'agents', daemonset: 'plexd' };
  const detail = answers.node(policy.namespace, policy.daemonset, node);
  if (detail === undefined) throw new Error(`the situation has no node ${node}`);
  return printExplanation({ ...policy, detail }, { now: now.wallMs, remembers: true, kubectlFlags: '' });
}
