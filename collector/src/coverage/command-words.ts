/** What the next commands are made of: the names of the objects that they are about, each fit for a shell. */
import { LOCAL_SOURCE } from '@rollcall/contract';
import type { Subject } from './subject.ts';

/** What a command is about, each word fit for a shell. `pod` is 'NAME -n NAMESPACE', undefined without one. */
export interface Names {
  readonly node: string;
  readonly namespace: string;
  readonly daemonSet: string;
  readonly pod: string | undefined;
  /** True when the policy's Daemons are in the cluster itself, so that the same kubectl shows them. */
  readonly isLocal: boolean;
}

/** The commands of one reason, the most useful first. */
export type Commands = (names: Names, subject: Subject) => readonly string[];

/** The names of a subject's objects. */
export function nameAll({ policy, node, pod }: Subject): Names {
  const namespace = shellWord(policy.namespace);
  return {
    node: shellWord(node.object.name),
    namespace,
    daemonSet: `${shellWord(policy.daemonset)} -n ${namespace}`,
    isLocal: policy.daemonLayer?.source === LOCAL_SOURCE,
    pod: pod && `${shellWord(pod.object.name)} -n ${shellWord(pod.object.namespace)}`,
  };
}

/** A word that a shell takes as it is written: whatever is not plainly harmless is quoted. */
export function shellWord(word: string): string {
  return /^[\w./:=,@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The commands of several, one after the other. */
export function both(...parts: readonly Commands[]): Commands {
  return (names, subject) => parts.flatMap((part) => part(names, subject));
}

/** Shows the DaemonSet with its events. */
export const describeDaemonSet: Commands = ({ daemonSet }) => [`kubectl describe daemonset ${daemonSet}`];

/** Shows the pod with its events; without one the DaemonSet's events say why none was made. */
export const describePod: Commands = (names, subject) =>
  names.pod === undefined ? describeDaemonSet(names, subject) : [`kubectl describe pod ${names.pod}`];

/** Shows a part of the template's pod. */
export function template(path: string): Commands {
  return ({ daemonSet }) => [`kubectl get daemonset ${daemonSet} -o jsonpath='{.spec.template.spec.${path}}'`];
}
