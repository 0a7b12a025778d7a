/** The command line of each component of the control plane. */
import type { BinaryName } from './binaries.ts';
import type { KeyPair } from './certificates.ts';

/** A program that the control plane runs. */
export type ComponentName = Exclude<BinaryName, 'codec' | 'oracle'>;

/**
 * How hard the controller manager may work. `default` is what real clusters run (20 requests a second, 2 DaemonSets at
 * once): use it where a test is about time. `fast` is for tests about logic; it hides create batches and lagging status.
 */
export type Profile = 'fast' | 'default';

/** All that the command lines are made of: paths, ports of 127.0.0.1, and what the test chose. */
export interface Setup {
  readonly folder: string;
  readonly ports: Readonly<Record<ComponentName | 'etcdPeer', number>>;
  readonly caFile: string;
  readonly serving: KeyPair;
  /** As whom the API server speaks to API servers that it stands before (see `apiServer`). */
  readonly frontProxy: KeyPair;
  readonly serviceAccountKeys: { readonly publicKey: string; readonly privateKey: string };
  readonly kubeconfigs: Readonly<Record<'kube-controller-manager' | 'kube-scheduler' | 'kwok', string>>;
  readonly profile: Profile;
  readonly kwokStages: readonly string[];
  readonly manageNodesWithLabel: string | undefined;
}

/** What KWOK takes from a file only. */
const KWOK_OPTIONS = `${import.meta.dirname}/kwok/options.yaml`;

/** The name in that certificate. */
export const FRONT_PROXY = 'front-proxy';

const issuer = 'https://kubernetes.default.svc';

/** The arguments of a component. */
export function argumentsOf(name: ComponentName, setup: Setup): readonly string[] {
  switch (name) {
    case 'etcd':
      return etcd(setup);
    case 'kube-apiserver':
      return apiServer(setup);
    case 'kube-controller-manager':
      return [...controllerManager(setup), ...(setup.profile === 'fast' ? fastControllers : [])];
    case 'kube-scheduler':
      return managed('kube-scheduler', setup);
    case 'kwok':
      return kwok(setup);
  }
}

/** Where a component answers whether it is up. */
export function healthUrl(name: ComponentName, { ports }: Setup): string {
  const scheme = name === 'etcd' || name === 'kwok' ? 'http' : 'https';
  const path = name === 'etcd' ? 'health' : name === 'kube-apiserver' ? 'readyz' : 'healthz';
  return `${scheme}://127.0.0.1:${ports[name]}/${path}`;
}

function etcd({ folder, ports }: Setup): string[] {
  const [client, peer] = [`http://127.0.0.1:${ports.etcd}`, `http://127.0.0.1:${ports.etcdPeer}`];
  return [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // A test's data need not survive the machine, only a killed API server.
    '--unsafe-no-fsync',
  ];
}

function apiServer({ ports, caFile, serving, frontProxy, serviceAccountKeys }: Setup): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports['kube-apiserver']}`,
    `--tls-cert-file=${serving.cert}`,
    `--tls-private-key-file=${serving.key}`,
    `--client-ca-file=${caFile}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-key-file=${serviceAccountKeys.publicKey}`,
    `--service-account-signing-key-file=${serviceAccountKeys.privateKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    // The aggregation layer: it says of whom a request that it hands on is.
    `--requestheader-client-ca-file=${caFile}`,
    `--requestheader-allowed-names=${FRONT_PROXY}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${frontProxy.cert}`,
    `--proxy-client-key-file=${frontProxy.key}`,
    // Endpoints may not hold loopback addresses, and no pod here dials the `kubernetes` Service.
    '--endpoint-reconciler-type=none',
  ];
}

function managed(name: 'kube-controller-manager' | 'kube-scheduler', { ports, serving, kubeconfigs }: Setup): string[] {
  return [
    `--kubeconfig=${kubeconfigs[name]}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports[name]}`,
    `--tls-cert-file=${serving.cert}`,
    `--tls-private-key-file=${serving.key}`,
    // There is one of each; with an election it would end itself when a test kills the API server.
    '--leader-elect=false',
  ];
}

const fastControllers = ['--kube-api-qps=500', '--kube-api-burst=1000', '--concurrent-daemonset-syncs=10'];

function controllerManager(setup: Setup): string[] {
  return [
    ...managed('kube-controller-manager', setup),
    `--service-account-private-key-file=${setup.serviceAccountKeys.privateKey}`,
    `--root-ca-file=${setup.caFile}`,
    '--use-service-account-credentials=true',
  ];
}

function kwok({ ports, kubeconfigs, kwokStages, manageNodesWithLabel }: Setup): string[] {
  return [
    `--kubeconfig=${kubeconfigs.kwok}`,
    `--server-address=127.0.0.1:${ports.kwok}`,
    `--config=${KWOK_OPTIONS}`,
    ...kwokStages.map((file) => `--config=${file}`),
    manageNodesWithLabel === undefined
      ? '--manage-all-nodes=true'
      : `--manage-nodes-with-label-selector=${manageNodesWithLabel}`,
    // As the kubelet's default: a node whose lease ends is declared dead by the node-lifecycle controller.
    '--node-lease-duration-seconds=40',
  ];
}
