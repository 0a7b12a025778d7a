/** DaemonSets, their revisions and their pods as manifests. */
import { readList, readObject, readPath, readText, type Json, type JsonObject } from '../objects/json.ts';
import type { KubeObject, Manifest } from '../objects/kube-object.ts';
import type { DaemonSpec } from './world-state.ts';

/** The label that names a pod's revision. */
export const HASH_LABEL = 'controller-revision-hash';

/** The DaemonSets of the demo: one that tolerates everything, a plain one, and one for a role. */
export const DEMO_DAEMONS: readonly DaemonSpec[] = [
  {
    namespace: 'plexd-system',
    name: 'plexd',
    image: 'ghcr.io/plexsphere/plexd:0.4.1',
    cpu: '50m',
    hostNetwork: true,
    tolerateAll: true,
    role: undefined,
    maxUnavailable: 4,
  },
  {
    namespace: 'monitoring',
    name: 'node-exporter',
    image: 'quay.io/prometheus/node-exporter:v1.9.1',
    cpu: '25m',
    hostNetwork: false,
    tolerateAll: false,
    role: undefined,
    maxUnavailable: 4,
  },
  {
    namespace: 'logging',
    name: 'fluent-bit',
    image: 'cr.fluentbit.io/fluent/fluent-bit:4.1.0',
    cpu: '100m',
    hostNetwork: false,
    tolerateAll: false,
    role: 'worker',
    maxUnavailable: 4,
  },
];

/** The DaemonSet object of a spec. */
export function daemonSetManifest(spec: DaemonSpec): Manifest {
  const { namespace, name, image, cpu, hostNetwork, tolerateAll, role, maxUnavailable } = spec;
  const labels = { 'app.kubernetes.io/name': name };
  const requests = { cpu, memory: '64Mi' };
  const podSpec = {
    containers: [{ name, image, resources: { requests, limits: { memory: '128Mi' } } }],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    ...(hostNetwork && { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' }),
    ...(tolerateAll && { tolerations: [{ operator: 'Exists' }] }),
    ...(role !== undefined && { nodeSelector: { role } }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge: 0 } },
      template: { metadata: { labels }, spec: podSpec },
      revisionHistoryLimit: 10,
    },
  };
}

/** The hash of a DaemonSet's template (FNV-1a); equal templates have equal hashes. */
export function revisionHash(daemonSet: KubeObject): string {
  let hash = 0x811c9dc5;
  for (const letter of JSON.stringify(readPath(daemonSet, ['spec', 'template']))) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  }
  return String(hash);
}

/** The ControllerRevision of a DaemonSet's present template. */
export function revisionManifest(daemonSet: KubeObject, revision: number): Manifest {
  const hash = revisionHash(daemonSet);
  const { name, namespace } = daemonSet.metadata;
  const template = { $patch: 'replace', ...readObject(daemonSet, ['spec', 'template']) };
  const labels = { ...templateLabels(daemonSet), [HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: `${name}-${hash}`, namespace, labels, ownerReferences: [ownerOf(daemonSet)] },
    data: { spec: { template } },
    revision,
  };
}

// DaemonSets v1.36, pkg/controller/daemon/util: added to every daemon pod, hostNetwork's only to such pods.
const AUTO_TOLERATIONS: readonly (readonly [string, string])[] = [
  ['not-ready', 'NoExecute'],
  ['unreachable', 'NoExecute'],
  ['disk-pressure', 'NoSchedule'],
  ['memory-pressure', 'NoSchedule'],
  ['pid-pressure', 'NoSchedule'],
  ['unschedulable', 'NoSchedule'],
];

/** The tolerations of a DaemonSet's pods: the template's and the automatic ones. */
export function podTolerations(daemonSet: KubeObject): readonly Json[] {
  const template = ['spec', 'template', 'spec'];
  const onHost = readPath(daemonSet, [...template, 'hostNetwork']) === true;
  const automatic = onHost ? [...AUTO_TOLERATIONS, ['network-unavailable', 'NoSchedule'] as const] : AUTO_TOLERATIONS;
  const added = automatic.map(([name, effect]) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect }));
  return [...readList(daemonSet, [...template, 'tolerations']), ...added];
}

/** The pod that the DaemonSet controller creates for a node: bound by affinity, not yet by name. */
export function podManifest(daemonSet: KubeObject, nodeName: string): Manifest {
  const { name, namespace } = daemonSet.metadata;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
  const labels = { ...templateLabels(daemonSet), [HASH_LABEL]: revisionHash(daemonSet) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: `${name}-`, namespace, labels, ownerReferences: [ownerOf(daemonSet)] },
    spec: {
      ...readObject(daemonSet, ['spec', 'template', 'spec']),
      affinity: { nodeAffinity },
      tolerations: podTolerations(daemonSet),
      schedulerName: 'default-scheduler',
    },
  };
}

/** The node that a daemon pod is for: where it is bound, else the one of its affinity. */
export function targetOf(pod: KubeObject): string {
  const bound = readText(pod, ['spec', 'nodeName']);
  if (bound !== '') return bound;
  const affinity = ['spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  const [term] = readList(pod, [...affinity, 'nodeSelectorTerms']);
  const [name] = readList(readList(term, ['matchFields'])[0], ['values']);
  return typeof name === 'string' ? name : '';
}

function templateLabels(daemonSet: KubeObject): JsonObject {
  return readObject(daemonSet, ['spec', 'template', 'metadata', 'labels']);
}

function ownerOf(daemonSet: KubeObject): JsonObject {
  const { name, uid = '' } = daemonSet.metadata;
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true };
}
