/** What a kubeconfig of the control plane's administrator says, for clients that speak TLS by themselves. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The server, and PEM texts. */
interface AdminAccess {
  readonly server: URL;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** Reads a kubeconfig with one cluster and one user with a client certificate. */
export async function readAdminAccess(kubeconfigPath: string): Promise<AdminAccess> {
  const { clusters, users } = parse(await readFile(kubeconfigPath, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const pem = (base64: string): string => Buffer.from(base64, 'base64').toString();
  return {
    server: new URL(cluster.server),
    tls: {
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
    },
  };
}
