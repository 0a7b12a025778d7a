/** The policies of the scene: one that asks for every layer and has every objective, one about Daemons of Riptides, one that is rolled out. */
import { stringify } from 'yaml';

/** How long a node of the scene may take to join: on a busy machine half of it passes with nobody at fault. */
export const JOIN_WITHIN_S = 20;
/** After it a node that is still joining counts as uncovered. */
const JOINING_S = 15;
const IDENTITY = { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage' };
const DAY_MS = 86_400_000;

/** The files that the collector is started with; `nowMs` is when the scene begins, the maintenance window `afterMs` later. */
export function describePolicies(nowMs: number, afterMs: number): readonly string[] {
  return [agent(nowMs), identity(), logs(), maintenance(nowMs + afterMs)].map((one) => stringify(one));
}

function agent(nowMs: number): object {
  return {
    ...IDENTITY,
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      daemonSet: { name: 'agent' },
      team: 'platform',
      contact: '#platform',
      purpose: 'ships logs and metrics of every node',
      nodes: { poolLabels: ['pool'], exclude: [{ name: 'spare', selector: { matchLabels: { spare: 'yes' } } }] },
      grace: { joining: `${JOINING_S}s` },
      join: { from: 'Created', within: `${JOIN_WITHIN_S}s` },
      health: {
        pod: { startDeadline: '10s' },
        heartbeat: { period: '10s' },
        ingestion: { maxLag: '30s' },
        mesh: { minimumPeersRatio: 0.5 },
      },
      exemptions: [
        {
          nodes: ['general-2'],
          owner: 'ana',
          reason: 'a disk is replaced',
          expires: new Date(nowMs + DAY_MS).toISOString(),
        },
      ],
      objectives: ['coverage', 'stability', 'join', 'freshness', 'resources'].map((sli) => ({ sli, target: 99 })),
    },
  };
}

function identity(): object {
  return {
    ...IDENTITY,
    metadata: { name: 'identity', namespace: 'default' },
    spec: {
      daemonSet: { name: 'identity' },
      team: 'security',
      contact: '#security',
      purpose: 'gives workloads their identities',
      nodes: { poolLabels: ['pool'] },
      grace: { joining: `${JOINING_S}s` },
      health: { daemon: { source: 'local' } },
      objectives: [{ sli: 'coverage', target: 99.5 }],
    },
  };
}

function logs(): object {
  return {
    ...IDENTITY,
    metadata: { name: 'logs', namespace: 'default' },
    spec: {
      daemonSet: { name: 'logs' },
      team: 'platform',
      contact: '#platform',
      purpose: 'turns logs of the edge into metrics',
      nodes: { poolLabels: ['pool'], scope: 'Explicit', selector: { matchLabels: { pool: 'edge' } } },
      grace: { joining: `${JOINING_S}s` },
      objectives: [{ sli: 'coverage', target: 99 }],
    },
  };
}

function maintenance(fromMs: number): object {
  const iso = (ms: number): string => new Date(Math.ceil(ms / 1_000) * 1_000).toISOString();
  return {
    ...IDENTITY,
    kind: 'MaintenanceWindow',
    metadata: { name: 'kernel', namespace: 'default' },
    spec: {
      owner: 'ana',
      reason: 'new kernel',
      scope: { selector: { matchLabels: { disk: 'old' } } },
      once: { start: iso(fromMs), end: iso(fromMs + DAY_MS / 24) },
    },
  };
}
