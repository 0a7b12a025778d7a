/** Who may ask the collector: the certificate that it shows, the role of readers, and the scraper, who has that role. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';

/** The Secret with `tls.crt`, `tls.key` and `ca.crt`; whoever installs makes it. */
export const TLS_SECRET = 'rollcall-tls';
/** Where the collector finds it. */
export const TLS_FOLDER = '/etc/rollcall/tls';
/** A name that its certificate must carry: that of the Service. */
export const TLS_NAME = `rollcall.${COLLECTOR_NAMESPACE}.svc`;

const READER = 'rollcall-reader';
const SCRAPER = 'rollcall-scraper';
const metadata = { name: SCRAPER, namespace: COLLECTOR_NAMESPACE };

/** Whoever has it may read all that the collector answers; why the API stands there as /rollcall/api says docs/http.md. */
export const readerRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: READER },
  rules: [{ nonResourceURLs: ['/', '/metrics', '/rollcall/api/v1/*'], verbs: ['get', 'head'] }],
} as const;

/** Whoever has it may exclude hours from budgets, in his own name. */
export const excluderRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'rollcall-excluder' },
  rules: [{ nonResourceURLs: ['/rollcall/api/v1/exclusions'], verbs: ['get', 'post'] }],
} as const;

/** Lets the collector tell of ConfigMaps that changed under a running daemon, in the namespaces where it is bound; off by default. */
export const configReaderRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'rollcall-config-reader' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
} as const;

/** Who scrapes. */
export const scraperAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata } as const;

/** The scraper's token: the controller manager fills it in, and the PodMonitor names it. */
export const scraperToken = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...metadata, annotations: { 'kubernetes.io/service-account.name': SCRAPER } },
  type: 'kubernetes.io/service-account-token',
} as const;

/** Gives the role of readers to the scraper. */
export const scraperBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: SCRAPER },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: READER },
  subjects: [{ kind: 'ServiceAccount', name: SCRAPER, namespace: COLLECTOR_NAMESPACE }],
} as const;

/** The keys by which tokens of agents are checked: clusters let every ServiceAccount read them, unless they were hardened. */
export const issuerBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'rollcall-issuer-discovery' },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'system:service-account-issuer-discovery',
  },
  subjects: [{ kind: 'ServiceAccount', name: 'rollcall', namespace: COLLECTOR_NAMESPACE }],
} as const;

/** Lets a replica read what another one has kept. */
export const peerBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'rollcall-peers' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: READER },
  subjects: [{ kind: 'ServiceAccount', name: 'rollcall', namespace: COLLECTOR_NAMESPACE }],
} as const;

/** How the Prometheus Operator is told to speak to the collector. */
export const scrapeAccess = {
  scheme: 'https',
  tlsConfig: { serverName: TLS_NAME, ca: { secret: { name: TLS_SECRET, key: 'ca.crt' } } },
  authorization: { credentials: { name: SCRAPER, key: 'token' } },
} as const;
