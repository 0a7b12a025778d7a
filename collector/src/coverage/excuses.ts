/** The sources of excuses: why a node in scope is not counted for now. */
import {
  annotationOf,
  EXCUSES,
  type AnnotationPattern,
  type ExcuseCode,
  type Exemption,
  type NodeObject,
} from '@rollcall/contract';
import { annotated, sayWindow } from './maintenance.ts';
import { findTaint } from './scope.ts';
import { matchesLabels } from './selector.ts';
import type { Excuse, ExcuseSource, Subject } from './subject.ts';

/** How long a step of the wall clock may go unseen where it decides: an exemption is looked at once in each such span. */
const WALL_LOOK_MS = 60_000;

const exempt: ExcuseSource = ({ policy, node, now }) => {
  const found = policy.exemptions.find((rule) => rule.expiresAt > now.wallMs && names(rule, node.object));
  if (found === undefined) return undefined;
  return {
    code: 'Exempt',
    message: `exempt by ${found.owner}: ${found.reason}`,
    untilMono: Math.min(now.monoMs + (found.expiresAt - now.wallMs), nextLook(now.monoMs)),
  };
};

// On a grid, so that reviews by two clocks that drift apart do not each leave a timer of their own behind.
function nextLook(monoMs: number): number {
  return (Math.floor(monoMs / WALL_LOOK_MS) + 1) * WALL_LOOK_MS;
}

function names(rule: Exemption, node: NodeObject): boolean {
  return rule.nodes.includes(node.name) || (rule.selector !== undefined && matchesLabels(rule.selector, node));
}

const maintenance: ExcuseSource = (subject) => {
  const { window, changesMono } = subject.planned;
  if (window !== undefined) return { code: 'Maintenance', message: sayWindow(window), untilMono: changesMono };
  const asked = annotated(subject);
  const { monoMs } = subject.now;
  return asked && { ...asked, untilMono: Math.min(asked.untilMono ?? Infinity, changesMono, nextLook(monoMs)) };
};

const leaving: ExcuseSource = ({ policy, node, now }) => {
  const sign = leavingSign(node.object, { taints: policy.leavingTaints, annotations: policy.leavingAnnotations });
  if (sign === undefined) return undefined;
  const excuse = { code: 'Leaving', message: sign.message, capMs: policy.grace.leavingMs } as const;
  return sign.at === undefined ? excuse : { ...excuse, sinceMono: now.monoMs - Math.max(0, now.wallMs - sign.at) };
};

interface LeavingSigns {
  readonly taints: Subject['policy']['leavingTaints'];
  readonly annotations: readonly AnnotationPattern[];
}

interface LeavingSign {
  readonly message: string;
  /** Since when, wall-clock milliseconds, where the object tells. */
  readonly at: number | undefined;
}

function leavingSign(node: NodeObject, signs: LeavingSigns): LeavingSign | undefined {
  if (node.deletedAt !== undefined) return { message: 'the node is being deleted', at: node.deletedAt };
  const taint = findTaint(node, signs.taints);
  if (taint !== undefined) {
    return { message: `the node has the taint ${taint.key}:${taint.effect}`, at: taint.timeAdded };
  }
  const annotation = signs.annotations.find((pattern) => hasAnnotation(node, pattern));
  return annotation && { message: `the node has the annotation ${annotation.key}`, at: undefined };
}

function hasAnnotation(node: NodeObject, { key, value }: AnnotationPattern): boolean {
  const found = annotationOf(node, key);
  return found !== undefined && (value === undefined || found === value);
}

const joining: ExcuseSource = ({ policy, node, past, now }) => {
  const untilMono = node.createdMono + policy.grace.joiningMs;
  if (past.coveredOnce || now.monoMs >= untilMono) return undefined;
  return { code: 'Joining', message: 'the node is new and was not covered yet', untilMono };
};

const nodeNotReady: ExcuseSource = ({ policy, node }) => {
  const { status, reason } = node.object.ready;
  if (!policy.nodeNotReadyExcused || status === 'True') return undefined;
  const message = `Ready is ${status}: ${reason}`;
  return { code: 'NodeNotReady', message, capMs: policy.grace.nodeNotReadyMs, sinceMono: node.readySinceMono };
};

/** Every source. */
const SOURCES: Readonly<Record<ExcuseCode, ExcuseSource>> = {
  Exempt: exempt,
  Maintenance: maintenance,
  Leaving: leaving,
  Joining: joining,
  NodeNotReady: nodeNotReady,
};
const IN_ORDER = EXCUSES.map((code) => SOURCES[code]);

/** The first excuse that holds and for which `allows` says that its cap is not used up. */
export function findExcuse(subject: Subject, allows: (excuse: Excuse) => boolean): Excuse | undefined {
  for (const source of IN_ORDER) {
    const excuse = source(subject);
    if (excuse !== undefined && allows(excuse)) return excuse;
  }
  return undefined;
}
