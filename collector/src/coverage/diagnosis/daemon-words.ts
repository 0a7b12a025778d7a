/** How messages name a Daemon: by its own words, with the age of its probe and the keys by which it matched. */
import type { DaemonMatch } from '../daemon-sight.ts';
import type { Subject } from '../subject.ts';
import { sayDuration } from '../say-duration.ts';
import { quote } from './wording.ts';

/** `Daemon NAMESPACE/NAME (workloadID …, last probed 12 s ago, matched by instance i-0abc)`. */
export function describeDaemon({ daemon, keys }: DaemonMatch, subject: Subject): string {
  const { namespace, name, workloadId } = daemon.object;
  const facts = [
    workloadId === '' ? '' : `workloadID ${workloadId}`,
    describeProbe({ daemon }, subject),
    `matched by ${keys.join(' and ')}`,
  ];
  return `Daemon ${quote(`${namespace}/${name}`)} (${quote(facts.filter((fact) => fact !== '').join(', '))})`;
}

/** `last probed 12 s ago`, or what stands in place of a time. */
export function describeProbe({ daemon }: Pick<DaemonMatch, 'daemon'>, { now }: Subject): string {
  const { object, signMono } = daemon;
  if (signMono !== undefined) return `last probed ${sayDuration(now.monoMs - signMono)} ago`;
  return object.lastProbe === '' ? 'never probed' : `lastProbeAt ${quote(JSON.stringify(object.lastProbe))} is no time`;
}
