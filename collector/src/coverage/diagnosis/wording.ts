/** How messages put what was seen into words: the objects' own strings, kept short, and nothing where an object says nothing. */
import type { Condition, ContainerObject, PodObject, Termination } from '@rollcall/contract';
import { sayDuration } from '../say-duration.ts';
import type { Subject } from '../subject.ts';

const LONGEST_QUOTE = 300;

/** A string of an object, at most 300 characters of it. */
export function quote(own: string): string {
  const text = own.trim();
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE - 1).toWellFormed()}…`;
}

/** `pod NAMESPACE/NAME`. */
export function namePod({ namespace, name }: Pick<PodObject, 'namespace' | 'name'>): string {
  return quote(`pod ${namespace}/${name}`);
}

/** `container NAME of pod NAMESPACE/NAME`. */
export function nameContainer(container: ContainerObject, pod: PodObject): string {
  return `${container.init ? 'init container' : 'container'} ${quote(container.name)} of ${namePod(pod)}`;
}

/** `STATUS (REASON): MESSAGE`, as far as the condition has them. */
export function describeCondition(condition: Condition): string {
  return condition.status + describeReason(condition);
}

/** ` (REASON): MESSAGE`, as far as they are there, else ''. */
export function describeReason({ reason, message }: { readonly reason: string; readonly message: string }): string {
  return (reason === '' ? '' : ` (${quote(reason)})`) + (message === '' ? '' : `: ${quote(message)}`);
}

/** `exit code N, signal N (REASON): MESSAGE`, as far as they are there. */
export function describeEnd(end: Termination): string {
  return `exit code ${end.exitCode}${end.signal === 0 ? '' : `, signal ${end.signal}`}${describeReason(end)}`;
}

/** `, restarted N times`, or '' if it never was. */
export function describeRestarts({ restarts }: ContainerObject): string {
  return restarts === 0 ? '' : `, restarted ${restarts === 1 ? 'once' : `${restarts} times`}`;
}

/** What a container does: `waits (REASON): MESSAGE`, `runs`, `ended with …`; how often it restarted, whether it is ready. */
export function describeState(container: ContainerObject): string {
  const { ready, running, waiting, terminated } = container;
  const state = running
    ? 'runs'
    : waiting
      ? `waits${describeReason(waiting)}`
      : terminated
        ? `ended with ${describeEnd(terminated)}`
        : 'has no state';
  return `${state}${describeRestarts(container)}, ${ready ? 'ready' : 'not ready'}`;
}

/** ` Its Lease was last renewed 52 s ago.`, or '' where no Lease is known. */
export function describeLease({ lease, now }: Pick<Subject, 'lease' | 'now'>): string {
  if (lease?.renewedMono === undefined) return '';
  return ` Its Lease was last renewed ${sayDuration(now.monoMs - lease.renewedMono)} ago.`;
}

/** ` The template's priorityClassName is NAME.`, or that it sets none; '' where no template is known. */
export function describePriority({ daemonSet }: Pick<Subject, 'daemonSet'>): string {
  if (daemonSet === undefined) return '';
  const { priorityClassName } = daemonSet.object.podTemplate;
  return priorityClassName === ''
    ? ' The template sets no priorityClassName.'
    : ` The template's priorityClassName is ${quote(priorityClassName)}.`;
}

/** The text as a sentence: with a capital and a full stop. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + stop(text.slice(1));
}

/** The text with a full stop, unless it ends with a mark of its own. */
export function stop(text: string): string {
  return /[.…!?]$/.test(text) ? text : `${text}.`;
}
