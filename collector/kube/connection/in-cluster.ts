/** The connection that every pod has: its service account, where kubelet mounts it. */
import { isIPv6 } from 'node:net';
import { KubeError } from '../kube-error.ts';
import { chooseProxy } from './proxy.ts';
import type { Target } from './target.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What a pod is told of its cluster. */
export interface PodSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
}

/** The target of a pod, undefined outside of one. Source: client-go, rest.InClusterConfig. Throws `Config` if half of it is there. */
export async function findInCluster({ env, readFile }: PodSurroundings): Promise<Target | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '';
  if (host === '' || port === '') return undefined;
  const server = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  return {
    server,
    namespace: await readNamespace(readFile),
    ca: { path: `${MOUNT}/ca.crt` },
    insecure: false,
    serverName: undefined,
    proxy: chooseProxy(server, env),
    user: { certificate: undefined, token: { path: `${MOUNT}/token` }, plugin: undefined, headers: {} },
  };
}

async function readNamespace(readFile: PodSurroundings['readFile']): Promise<string> {
  try {
    return (await readFile(`${MOUNT}/namespace`)).trim();
  } catch (cause) {
    throw new KubeError(
      'Config',
      `${MOUNT}/namespace cannot be read: give the pod a service account (automountServiceAccountToken: true) or name a kubeconfig`,
      { cause },
    );
  }
}
