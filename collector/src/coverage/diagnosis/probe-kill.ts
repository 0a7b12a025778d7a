/** Tells a container that the kubelet ends for its probe from one that ends by itself: both look like a crash loop. */
import type { ContainerObject, ProbeKind, Termination } from '@rollcall/contract';
import type { EventEntry } from '../../inventory/index.ts';
import type { Subject } from '../subject.ts';
import { isWhyNotReady } from './live-pod.ts';
import { findNewest } from './pod-events.ts';
import { toMono } from './retry-due.ts';

// pkg/kubelet/kuberuntime/kuberuntime_manager.go, and pkg/kubelet/prober/prober.go: "failed: …" or "errored and resulted in unknown state: …".
const KILLED = /^Container (\S+) failed (liveness|startup) probe/;

/** A container is given its grace period to end; a kill that came long before an end was not the cause of it. */
const LONGEST_END_MS = 120_000;
/** SIGKILL and SIGTERM. */
const KILL_CODES = new Set([137, 143]);

type KillingProbe = 'liveness' | 'startup';

/** The probe for which the container was ended the last time, or is being ended; undefined if it ended by itself, or nobody says so. */
export function findProbeKill(subject: Subject, container: ContainerObject): KillingProbe | undefined {
  const end = container.terminated ?? container.lastTerminated;
  if (container.ready || end === undefined || end.reason === 'OOMKilled') return undefined;
  if (subject.pod === undefined || !isWhyNotReady(end, subject.pod.object)) return undefined;
  const kill = findNewest(
    subject,
    (entry) => mayHaveEnded(subject, entry, end) && findProbe(entry, container, end) !== undefined,
  );
  return kill && findProbe(kill, container, end);
}

function findProbe(
  { object }: EventEntry,
  { name }: ContainerObject,
  { exitCode }: Termination,
): KillingProbe | undefined {
  const [, named, probe] = (object.reason === 'Killing' && KILLED.exec(object.message)) || [];
  if (named === name) return probe === 'startup' ? 'startup' : 'liveness';
  if (object.reason !== 'Unhealthy' || !KILL_CODES.has(exitCode)) return undefined;
  if (object.message.startsWith('Liveness')) return 'liveness';
  return object.message.startsWith('Startup') ? 'startup' : undefined;
}

function mayHaveEnded(subject: Subject, { lastMono }: EventEntry, { finishedAt }: Termination): boolean {
  return finishedAt === undefined || toMono(subject, finishedAt) - lastMono <= LONGEST_END_MS;
}

/** The newest answer of that probe that was not well. */
export function findProbeEvent(subject: Subject, probe: ProbeKind): EventEntry | undefined {
  const start = `${probe.slice(0, 1).toUpperCase()}${probe.slice(1)} probe `;
  return findNewest(subject, ({ object: { reason, message } }) => reason === 'Unhealthy' && message.startsWith(start));
}
