/** Joins the layers of one node to its verdict, finds its excuse and its primary reason. */
import {
  REASONS,
  type LayerName,
  type Owner,
  type Policy,
  type ReasonCode,
  type Verdict,
  type WatchStateName,
} from '@rollcall/contract';
import { diagnose, nextDeadline } from './diagnosis/diagnose.ts';
import { daemonLayer } from './daemon-layer.ts';
import { heartbeatLayer } from './heartbeat-layer.ts';
import { ingestionLayer } from './ingestion-layer.ts';
import { meshLayer } from './mesh-layer.ts';
import { podLayer } from './pod-layer.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

/** The layers that exist, outermost last. */
export const ASKED_LAYERS: readonly Layer[] = [podLayer, daemonLayer, heartbeatLayer, meshLayer, ingestionLayer];

const NOT_ASKED: LayerAnswer = { answer: 'notAsked' };

/** The names of the layers that a policy asks. */
export function askedLayers(policy: Policy): readonly LayerName[] {
  return ASKED_LAYERS.filter((layer) => layer.isAsked(policy)).map(({ name }) => name);
}

/** What the layers say together. `lookAgainMono` is when that may change by itself. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: ReasonCode | '';
  readonly owner: Owner | '';
  readonly layers: readonly LayerName[];
  readonly lookAgainMono: number;
}

/** The watches by name and state. */
export type Watches = ReadonlyMap<string, WatchStateName>;

/** What can be seen at a time: the watches, and the asked layers that have all theirs live, which is the same for all nodes of a policy. */
export interface Sight {
  readonly watches: Watches;
  readonly observed: ReadonlySet<LayerName>;
}

/** The layers that a policy asks and all of whose watches are live. */
export function observedLayers(of: Pick<Subject, 'policy' | 'daemonSet'>, watches: Watches): ReadonlySet<LayerName> {
  const isObserved = (layer: Layer): boolean => layer.sources(of).every((source) => watches.get(source) === 'live');
  return new Set(ASKED_LAYERS.filter((layer) => layer.isAsked(of.policy) && isObserved(layer)).map(({ name }) => name));
}

/** The layer's answer, by all its watches or by those that are live. */
export function askLayer(layer: Layer, subject: Subject, { watches, observed }: Sight): LayerAnswer {
  if (!layer.isAsked(subject.policy)) return NOT_ASKED;
  if (observed.has(layer.name)) return layer.judge(subject);
  return layer.judgeBlind(subject, (source) => watches.get(source) === 'live');
}

/** Any asked layer known bad: uncovered; else any unknown, or none asked: unobserved; else covered. */
export function judge(subject: Subject, sight: Sight): Judgement {
  const layers: LayerName[] = [];
  let verdict: Verdict = 'covered';
  let lookAgainMono = Infinity;
  for (const layer of ASKED_LAYERS) {
    const own = askLayer(layer, subject, sight);
    if (own.lookAgainMono !== undefined) lookAgainMono = Math.min(lookAgainMono, own.lookAgainMono);
    if (own.answer === 'good') layers.push(layer.name);
    else if (own.answer === 'bad') verdict = 'uncovered';
    else if (own.answer === 'unknown' && verdict === 'covered') verdict = 'unobserved';
  }
  if (verdict === 'uncovered') return explainBad(subject, layers, lookAgainMono);
  if (layers.length === 0) verdict = 'unobserved';
  return { verdict, reason: '', owner: '', layers, lookAgainMono };
}

function explainBad(subject: Subject, layers: readonly LayerName[], lookAgainMono: number): Judgement {
  const reason = diagnose(subject).code as ReasonCode;
  const due = Math.min(lookAgainMono, nextDeadline(subject) ?? Infinity);
  return { verdict: 'uncovered', reason, owner: REASONS[reason].owner, layers, lookAgainMono: due };
}
