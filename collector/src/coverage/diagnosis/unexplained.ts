/** Nothing matched: gives the raw facts, from which the next predicate is written. */
import type { PodObject } from '@rollcall/contract';
import type { Hit, Subject } from '../subject.ts';
import { describeCondition, describeReason, describeState, namePod, quote, sentence } from './wording.ts';

/** Always holds, so it is asked last. */
export function unexplained(subject: Subject): Hit {
  return {
    code: 'Unexplained',
    message: sentence(subject.pod ? describePod(subject.pod.object) : describeAbsence(subject)),
  };
}

function describeAbsence({ policy, node, placement }: Subject): string {
  const eligible = placement.shouldRun ? 'eligible' : 'not eligible';
  const daemon = quote(`${policy.namespace}/${policy.daemonset}`);
  return `no pod of DaemonSet ${daemon} on node ${node.object.name}, which is ${eligible}`;
}

function describePod(pod: PodObject): string {
  const facts = [
    `${namePod(pod)} has phase ${pod.phase || 'none'}${describeReason(pod)}`,
    pod.bound ? '' : 'not bound to its node',
    pod.deletedAt === undefined ? '' : 'terminating',
    `Ready ${describeCondition(pod.ready)}`,
    ...describeConditions(pod),
    ...pod.containers.slice(0, 3).map((own) => `container ${quote(own.name)} ${describeState(own)}`),
  ];
  return facts.filter((fact) => fact !== '').join('; ');
}

function describeConditions({ scheduled, initialized, disruption }: PodObject): readonly string[] {
  return [
    scheduled && `PodScheduled ${describeCondition(scheduled)}`,
    initialized && `Initialized ${describeCondition(initialized)}`,
    disruption && `DisruptionTarget ${describeCondition(disruption)}`,
  ].filter((fact) => fact !== undefined);
}
