/** Puts into words what NetworkPolicies do to the way from a daemon to its sink. */
import type { Check, LabelSelector, Sink } from '@rollcall/contract';
import type { Subject } from '../subject.ts';
import type { EgressSight } from './egress-sight.ts';

/** So many policies are named. */
const MOST_NAMED = 5;

/** What cuts the daemon off; undefined where nothing surely does. On the host network it is not known whether it does. */
export function describeCut({ egress, policy }: Subject): string | undefined {
  const sink = policy.telemetry?.sink;
  if (sink === undefined || egress === undefined || 'unseen' in egress || egress.allowed !== 'no') return undefined;
  const { selecting, otherPorts } = egress;
  const names = selecting.map(({ namespace, name }) => `${namespace}/${name}`);
  const is = names.length === 1 ? 'y' : 'ies';
  const verb = names.length === 1 ? 'selects' : 'select';
  const near = otherPorts.length === 0 ? '' : ` (at other ports: ${listSome(otherPorts)})`;
  return `NetworkPolic${is} ${listSome(names)} ${verb} the daemon's pods and no rule allows egress to ${describeSink(sink)}${near}`;
}

/** The check of the way to the sink; none where the policy names no sink. */
export function checkEgress(subject: Subject): readonly Check[] {
  const { egress, policy } = subject;
  const sink = policy.telemetry?.sink;
  if (sink === undefined || egress === undefined) return [];
  if ('unseen' in egress) return [{ check: CHECK, outcome: 'unknown', seen: egress.unseen }];
  const cut = describeCut(subject);
  if (cut === undefined) return [{ check: CHECK, ...describeOpen(egress, sink) }];
  const seen = egress.hostNetwork ? `${cut}; its pods are on the host network, ${HOST_NETWORK}` : cut;
  return [{ check: CHECK, outcome: 'note', seen }];
}

const CHECK = 'way to the sink';
const HOST_NETWORK = 'to which most network plugins apply no NetworkPolicy';

function describeOpen({ allowed, selecting }: EgressSight, sink: Sink): Pick<Check, 'outcome' | 'seen'> {
  const where = describeSink(sink);
  if (selecting.length === 0) return { outcome: 'pass', seen: 'no NetworkPolicy limits what the daemon sends' };
  return allowed === 'yes'
    ? { outcome: 'pass', seen: `NetworkPolicies allow ${where}` }
    : {
        outcome: 'note',
        seen: `whether NetworkPolicies allow ${where} depends on what the policy's sink does not say`,
      };
}

function describeSink({ namespace, podSelector, cidr, port }: Sink): string {
  const at = port === undefined ? '' : ` at TCP ${port}`;
  if (namespace === undefined) return `${cidr ?? ''}${at}`;
  const labels = podSelector === undefined ? '' : describeSelector(podSelector);
  return `pods of namespace ${namespace}${labels === '' ? '' : ` (${labels})`}${at}`;
}

function describeSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const pairs = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values }) => `${key} ${operator} ${values.join(' ')}`.trim());
  return [...pairs, ...others].join(', ');
}

function listSome(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.toSorted().slice(0, MOST_NAMED).join(', ')}${more}`;
}
