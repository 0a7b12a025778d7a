/** Joins the layers of one node to its verdict, finds its excuse and its primary reason. */
import {
  REASONS,
  type LayerName,
  type Owner,
  type ReasonCode,
  type Verdict,
  type WatchStateName,
} from '@rollcall/contract';
import { diagnose, nextDeadline } from './diagnosis/diagnose.ts';
import { podLayer } from './pod-layer.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

/** The layers that exist, outermost last. */
export const ASKED_LAYERS: readonly Layer[] = [podLayer];

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

/** True when every watch that a layer needs is live. */
function isObserved(layer: Layer, subject: Subject, watches: Watches): boolean {
  return layer.sources(subject).every((source) => watches.get(source) === 'live');
}

/** The layer's answer, by all its watches or by those that are live. */
export function askLayer(layer: Layer, subject: Subject, watches: Watches): LayerAnswer {
  if (isObserved(layer, subject, watches)) return layer.judge(subject);
  return layer.judgeBlind(subject, (source) => watches.get(source) === 'live');
}

const NO_LAYERS: readonly LayerName[] = Object.freeze([]);
const POD_ONLY: readonly LayerName[] = Object.freeze(['pod'] as const);

/** Any asked layer known bad: uncovered; else any unknown, or none asked: unobserved; else covered. */
export function judge(subject: Subject, watches: Watches): Judgement {
  let bad = false;
  let unknown = false;
  let lookAgainMono = Infinity;
  const good: LayerName[] = [];
  for (const layer of ASKED_LAYERS) {
    const { answer, lookAgainMono: again } = askLayer(layer, subject, watches);
    if (answer === 'bad') bad = true;
    if (answer === 'unknown') unknown = true;
    if (answer === 'good') good.push(layer.name);
    lookAgainMono = Math.min(lookAgainMono, again ?? Infinity);
  }
  const layers = good.length === 0 ? NO_LAYERS : good.length === 1 && good[0] === 'pod' ? POD_ONLY : good;
  if (bad) return explainBad(subject, layers, lookAgainMono);
  const verdict = unknown || layers.length === 0 ? 'unobserved' : 'covered';
  return { verdict, reason: '', owner: '', layers, lookAgainMono };
}

function explainBad(subject: Subject, layers: readonly LayerName[], lookAgainMono: number): Judgement {
  const reason = diagnose(subject).code as ReasonCode;
  const due = Math.min(lookAgainMono, nextDeadline(subject) ?? Infinity);
  return { verdict: 'uncovered', reason, owner: REASONS[reason].owner, layers, lookAgainMono: due };
}
