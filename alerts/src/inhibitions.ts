/** What is not told because something else is: what follows from it says nothing new, and hides it. */
import type { AlertName } from '@rollcall/contract';
import { anyOf, is, isNot, notAnyOf, type Matcher } from './matcher.ts';

/** While an alert of the source fires, those of the target with the same labels are not told. */
export interface Inhibition {
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  readonly equal: readonly string[];
}

const OF_CLUSTER = ['cluster'];
const OF_POLICY = [...OF_CLUSTER, 'namespace', 'daemonset'];
const OF_POOL = [...OF_POLICY, 'node_pool'];

/** What is lost when nodes lose the daemon, a node or a reason at a time. */
const OF_NODES: readonly AlertName[] = [
  'NodeUncovered',
  'FailedScheduling',
  'RestartStorm',
  'ExpectationDrift',
  'RolloutBlocked',
];
/** What is known although much is not observed: it is about nodes that are. */
const SEEN: readonly AlertName[] = ['CoverageCollapse', 'DaemonSetMissing'];
const COLLECTOR: readonly AlertName[] = ['CollectorBlind', 'CollectorGone', 'CollectorAbsent', 'LabelsRenamed'];

/** A label that both lack counts as the same, so each source has what it is compared by. */
const HAS_POLICY = isNot('daemonset', '');

/** All of them. */
export const INHIBITIONS: readonly Inhibition[] = [
  // A page of a budget over the tickets of the same one.
  {
    source: [is('severity', 'page'), isNot('slo', '')],
    target: [is('severity', 'ticket')],
    equal: [...OF_POLICY, 'slo'],
  },
  // Many nodes over single ones: everywhere, or in one pool.
  {
    source: [anyOf('alertname', SEEN), HAS_POLICY, is('node_pool', '')],
    target: [anyOf('alertname', OF_NODES)],
    equal: OF_POLICY,
  },
  {
    source: [is('alertname', 'CoverageCollapse'), HAS_POLICY, isNot('node_pool', '')],
    target: [anyOf('alertname', OF_NODES)],
    equal: OF_POOL,
  },
  // Nothing is left to be lost of a DaemonSet that is not there.
  {
    source: [is('alertname', 'DaemonSetMissing'), HAS_POLICY],
    target: [is('alertname', 'CoverageCollapse')],
    equal: OF_POLICY,
  },
  // Blind: what is computed from what is not seen is not to be believed.
  {
    source: [is('alertname', 'CollectorBlind'), HAS_POLICY],
    target: [notAnyOf('alertname', [...COLLECTOR, ...SEEN, 'RollcallWatchdog'])],
    equal: OF_POLICY,
  },
  // The page over the ticket about the same silence; and labels that are renamed look like it for all policies of the cluster.
  {
    source: [is('alertname', 'CollectorGone'), HAS_POLICY],
    target: [is('alertname', 'CollectorAbsent')],
    equal: OF_POLICY,
  },
  { source: [is('alertname', 'LabelsRenamed')], target: [is('alertname', 'CollectorAbsent')], equal: OF_CLUSTER },
  // What ails a node over what the agent does on it.
  { source: [is('owner', 'node'), HAS_POLICY], target: [is('owner', 'agent')], equal: OF_POOL },
];
