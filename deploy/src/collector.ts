/** The objects that run the collector in a cluster. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import { scrapeAccess, TLS_FOLDER, TLS_NAME, TLS_SECRET } from './access.ts';

/** Name of every object of the collector. */
export const NAME = 'rollcall';

const PORT = 8090;
const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/component': 'collector' };
const metadata = { name: NAME, namespace: COLLECTOR_NAMESPACE, labels };

/** The namespace, in which only pods of the strictest Pod Security Standard may run. */
export const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: COLLECTOR_NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
} as const;

/** Who the collector is to the API server. */
export const serviceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata } as const;

/** Gives the ClusterRole to the service account. */
export const clusterRoleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: NAME },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: COLLECTOR_NAMESPACE }],
} as const;

/** Gives the Role to the service account. */
export const roleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: NAME, namespace: COLLECTOR_NAMESPACE },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: COLLECTOR_NAMESPACE }],
} as const;

/** Where the journal lies: as long as the pod, and fetched from the other replica by the next one. */
const JOURNAL_FOLDER = '/var/lib/rollcall';

/** All replicas by one name. */
const PEERS = `${NAME}-peers`;

const peer = [
  `https://${PEERS}.$(NAMESPACE).svc:${PORT}`,
  'token-file=/var/run/secrets/kubernetes.io/serviceaccount/token',
  `certificate-authority=${TLS_FOLDER}/ca.crt`,
  `tls-server-name=${TLS_NAME}`,
].join();

/** The arguments of `rollcall`; NAMESPACE is the pod's own. */
const args = [
  'serve',
  '--leader-elect',
  '--collector-namespace=$(NAMESPACE)',
  `--listen=0.0.0.0:${PORT}`,
  '--authenticate',
  `--tls-cert-file=${TLS_FOLDER}/tls.crt`,
  `--tls-private-key-file=${TLS_FOLDER}/tls.key`,
  `--journal=${JOURNAL_FOLDER}/journal.db`,
  `--journal-peer=${peer}`,
];

/** The replicas on different nodes where there are several. */
const apart = {
  weight: 100,
  podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' },
} as const;

/** Keeps one replica while nodes are drained. */
export const disruptionBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata,
  spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
} as const;

/** The Deployment, of an image with this tag. */
export function renderDeployment(tag: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: NAME,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [apart] } },
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [renderContainer(tag)],
          volumes: [
            { name: 'tls', secret: { secretName: TLS_SECRET } },
            { name: 'journal', emptyDir: { sizeLimit: '2Gi' } },
          ],
        },
      },
    },
  } as const;
}

function renderContainer(tag: string) {
  return {
    name: 'collector',
    image: `${NAME}:${tag}`,
    args,
    env: [{ name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
    ports: [{ name: 'metrics', containerPort: PORT }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'metrics', scheme: 'HTTPS' }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'metrics', scheme: 'HTTPS' }, periodSeconds: 5 },
    volumeMounts: [
      { name: 'tls', mountPath: TLS_FOLDER, readOnly: true },
      { name: 'journal', mountPath: JOURNAL_FOLDER },
    ],
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** The Service in front of it. */
export const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { selector: labels, ports: [{ name: 'metrics', port: PORT, targetPort: 'metrics' }] },
} as const;

/** The addresses of all replicas, also of those that are not ready yet: what they have kept is there from their start. */
export const peerService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...metadata, name: PEERS },
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: labels,
    ports: [{ name: 'metrics', port: PORT, targetPort: 'metrics' }],
  },
} as const;

/** The scrape, for clusters with the Prometheus Operator. */
export const podMonitor = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata,
  spec: {
    selector: { matchLabels: labels },
    podMetricsEndpoints: [{ port: 'metrics', path: '/metrics', interval: '15s', honorLabels: true, ...scrapeAccess }],
  },
} as const;
