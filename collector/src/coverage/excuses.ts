/** The sources of excuses: why a node in scope is not counted for now. */
import {
  LEAVING_TAINTS,
  type AnnotationPattern,
  type Exemption,
  type NodeObject,
  type StringMap,
} from '@rollcall/contract';
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
  return rule.nodes.includes(node.name) || (rule.selector !== undefined && matchesLabels(rule.selector, node.labels));
}

const leaving: ExcuseSource = ({ policy, node }) => {
  const sign = leavingSign(node.object, { taints: policy.leavingTaints, annotations: policy.leavingAnnotations });
  return sign === undefined ? undefined : { code: 'Leaving', message: sign, capMs: policy.grace.leavingMs };
};

interface LeavingSigns {
  readonly taints: Subject['policy']['leavingTaints'];
  readonly annotations: readonly AnnotationPattern[];
}

function leavingSign(node: NodeObject, signs: LeavingSigns): string | undefined {
  if (node.deletedAt !== undefined) return 'the node is being deleted';
  const taint = findTaint(node, LEAVING_TAINTS) ?? findTaint(node, signs.taints);
  if (taint !== undefined) return `the node has the taint ${taint.key}:${taint.effect}`;
  const annotation = signs.annotations.find((pattern) => hasAnnotation(node.annotations, pattern));
  return annotation === undefined ? undefined : `the node has the annotation ${annotation.key}`;
}

function hasAnnotation(annotations: StringMap, { key, value }: AnnotationPattern): boolean {
  return Object.hasOwn(annotations, key) && (value === undefined || annotations[key] === value);
}

const joining: ExcuseSource = ({ policy, node, past, now }) => {
  const untilMono = node.createdMono + policy.grace.joiningMs;
  if (past.coveredOnce || now.monoMs >= untilMono) return undefined;
  return { code: 'Joining', message: 'the node is new and was not covered yet', untilMono };
};

const nodeNotReady: ExcuseSource = ({ policy, node }) => {
  const { status, reason } = node.object.ready;
  if (!policy.nodeNotReadyExcused || status === 'True') return undefined;
  return { code: 'NodeNotReady', message: `Ready is ${status}: ${reason}`, capMs: policy.grace.nodeNotReadyMs };
};

/** Every source that exists; the contract's EXCUSES gives the order. Maintenance joins with MaintenanceWindow. */
const SOURCES: readonly ExcuseSource[] = [exempt, leaving, joining, nodeNotReady];

/** The first excuse that holds and for which `allows` says that its cap is not used up. */
export function findExcuse(subject: Subject, allows: (excuse: Excuse) => boolean): Excuse | undefined {
  for (const source of SOURCES) {
    const excuse = source(subject);
    if (excuse !== undefined && allows(excuse)) return excuse;
  }
  return undefined;
}
