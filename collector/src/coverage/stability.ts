/**
 * Stability: good with at most one restart of the daemon in the last hour. Valid while a daemon process is on the node: a pod of it that
 * was started and is not on its way out, also while it waits to be started again. Containers that restart at one moment are one restart.
 */
import { podSource, WATCH, type Policy } from '@rollcall/contract';
import { RESTART_WINDOW_MS } from './record.ts';
import type { StateSli } from './state-sli.ts';
import type { Subject } from './subject.ts';

/** The stability SLI. What systemd runs has no restarts that Kubernetes could tell. */
export const stability: StateSli = {
  name: 'stability',
  isAsked: ({ hasDaemonSet, objectives }) => hasDaemonSet && objectives.some(({ sli }) => sli === 'stability'),
  sources: sourcesOf,
  mark: (subject, { isLive }) => {
    if (!sourcesOf(subject.policy).every(isLive)) return { mark: 'unobserved' };
    if (!isDaemonThere(subject)) return { mark: '' };
    const before = subject.past.restarts.at(-2);
    const untilMono = before === undefined ? -Infinity : before + RESTART_WINDOW_MS;
    return untilMono <= subject.now.monoMs ? { mark: 'good' } : { mark: 'bad', lookAgainMono: untilMono };
  },
  ofMissing: '',
};

function sourcesOf({ namespace, daemonset }: Policy): readonly string[] {
  return [WATCH.nodes, podSource(namespace, daemonset)];
}

/** True while a pod of the daemon was started on the node and is not on its way out. */
export function isDaemonThere({ pods }: Subject): boolean {
  return pods.some(({ object }) => object.bound && object.phase === 'Running' && object.deletedAt === undefined);
}
