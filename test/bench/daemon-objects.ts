/** The daemon's objects: its DaemonSet, the revision of that, and the pod of one node (7.4 kB), with marks where pods differ. */

/** The namespace and name of the DaemonSet. */
export const DAEMON = { namespace: 'plexd-system', name: 'plexd' } as const;

const SET_UID = '7d0b6f0e-93a1-4a3c-8e5d-2f6f5d0c1b2a';
const REVISION_HASH = '6b7f4c9d58';
const CREATED = '2026-01-10T08:00:00Z';
const LABELS = { 'app.kubernetes.io/name': 'plexd', 'app.kubernetes.io/component': 'agent' };
const IMAGE = 'registry.example.com/plexsphere/plexd:1.14.2';
const OWNER = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: DAEMON.name, uid: SET_UID, controller: true };

/** The DaemonSet of `count` nodes, at rest. */
export function daemonSetObject(count: number): object {
  return {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    metadata: { ...DAEMON, uid: SET_UID, resourceVersion: '%version~~', generation: 3, creationTimestamp: CREATED },
    spec: {
      selector: { matchLabels: LABELS },
      template: { metadata: { labels: LABELS }, spec: podSpec() },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
    },
    status: {
      currentNumberScheduled: count,
      numberMisscheduled: 0,
      desiredNumberScheduled: count,
      numberReady: count,
      observedGeneration: 3,
      updatedNumberScheduled: count,
      numberAvailable: count,
    },
  };
}

/** The newest ControllerRevision of the DaemonSet. */
export function revisionObject(): object {
  return {
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {
      namespace: DAEMON.namespace,
      name: `${DAEMON.name}-${REVISION_HASH}`,
      uid: '1c9e4a52-0d7b-47f0-a5ce-6f1d2b3c4d5e',
      resourceVersion: '%version~~',
      creationTimestamp: CREATED,
      labels: { ...LABELS, 'controller-revision-hash': REVISION_HASH },
      ownerReferences: [OWNER],
    },
    data: { spec: { template: { metadata: { labels: LABELS }, spec: podSpec() } } },
    revision: 3,
  };
}

/** The daemon pod of one node: running and ready since long ago. */
export function podObject(): object {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'plexd-%index',
      generateName: 'plexd-',
      namespace: DAEMON.namespace,
      uid: 'b8a41d3c-2e6f-4f70-8a9b-000000%index',
      resourceVersion: '%version~~',
      creationTimestamp: CREATED,
      labels: { ...LABELS, 'controller-revision-hash': REVISION_HASH, 'pod-template-generation': '3' },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9101' },
      ownerReferences: [{ ...OWNER, blockOwnerDeletion: true }],
      managedFields: managers(),
    },
    spec: {
      ...podSpec(),
      nodeName: 'node-%index.eu-central-1.compute.internal',
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: onlyItsNode() } },
      schedulerName: 'default-scheduler',
      preemptionPolicy: 'PreemptLowerPriority',
      enableServiceLinks: true,
    },
    status: podStatus(),
  };
}

function onlyItsNode(): object {
  const field = { key: 'metadata.name', operator: 'In', values: ['node-%index.eu-central-1.compute.internal'] };
  return { nodeSelectorTerms: [{ matchFields: [field] }] };
}

function podSpec(): object {
  const taints = ['not-ready', 'unreachable', 'disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];
  return {
    volumes: [
      { name: 'state', hostPath: { path: '/var/lib/plexd', type: 'DirectoryOrCreate' } },
      { name: 'config', configMap: { name: 'plexd', defaultMode: 420 } },
      { name: 'token', projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }] } },
    ],
    containers: [container('plexd'), container('exporter')],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'plexd',
    serviceAccount: 'plexd',
    hostNetwork: true,
    securityContext: {},
    tolerations: taints.map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
    })),
    priorityClassName: 'system-node-critical',
    priority: 2_000_001_000,
  };
}

function container(name: string): object {
  const probe = { httpGet: { path: '/healthz', port: 9101, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 };
  return {
    name,
    image: IMAGE,
    args: ['--config=/etc/plexd/config.yaml', '--log-level=info', '--metrics-address=:9101'],
    env: [
      { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
    ],
    resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    volumeMounts: [
      { name: 'state', mountPath: '/var/lib/plexd' },
      { name: 'config', readOnly: true, mountPath: '/etc/plexd' },
      { name: 'token', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ],
    livenessProbe: probe,
    readinessProbe: probe,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] }, privileged: false },
  };
}

function managers(): readonly object[] {
  const own = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
  const fixed = { apiVersion: 'v1', operation: 'Update', fieldsType: 'FieldsV1', time: CREATED };
  const containerFields = own(['args', 'env', 'image', 'livenessProbe', 'name', 'readinessProbe', 'resources']);
  return [
    {
      ...fixed,
      manager: 'kube-controller-manager',
      fieldsV1: {
        'f:metadata': { 'f:generateName': {}, 'f:labels': own(Object.keys(LABELS)), 'f:ownerReferences': {} },
        'f:spec': {
          ...own(['affinity', 'dnsPolicy', 'hostNetwork', 'priorityClassName', 'tolerations', 'volumes']),
          'f:containers': { 'k:{"name":"plexd"}': containerFields, 'k:{"name":"exporter"}': containerFields },
        },
      },
    },
    {
      ...fixed,
      manager: 'kubelet',
      subresource: 'status',
      fieldsV1: {
        'f:status': {
          'f:conditions': Object.fromEntries(
            POD_CONDITIONS.map((type) => [`k:{"type":"${type}"}`, own(['lastTransitionTime', 'status', 'type'])]),
          ),
          ...own(['containerStatuses', 'hostIP', 'phase', 'podIP', 'podIPs', 'startTime']),
        },
      },
    },
  ];
}

const POD_CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

function podStatus(): object {
  return {
    phase: 'Running',
    conditions: POD_CONDITIONS.map((type) => ({
      type,
      status: 'True',
      observedGeneration: 1,
      lastProbeTime: null,
      lastTransitionTime: CREATED,
    })),
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    startTime: CREATED,
    containerStatuses: [containerStatus('plexd'), containerStatus('exporter')],
    qosClass: 'Burstable',
  };
}

function containerStatus(name: string): object {
  return {
    name,
    state: { running: { startedAt: CREATED } },
    lastState: {},
    ready: true,
    restartCount: 0,
    image: IMAGE,
    imageID: `registry.example.com/plexsphere/plexd@sha256:${'5e'.repeat(32)}`,
    containerID: `containerd://${'c0'.repeat(29)}%index`,
    started: true,
  };
}
