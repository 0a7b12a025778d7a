/** Kubeconfig files: written for each identity that the tests act as, and read again to connect with one. */
import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';

/** How a client proves who it is; certificates as base64 of PEM. */
export type Credential =
  { readonly 'client-certificate-data': string; readonly 'client-key-data': string } | { readonly token: string };

/** What one kubeconfig says: the server's address, its authority (base64 of PEM) and the credential. */
interface Access {
  readonly server: string;
  readonly ca: string;
  readonly credential: Credential;
}

/** Writes a kubeconfig with a single context, readable by its owner only, and returns its path. */
export async function writeKubeconfig(path: string, { server, ca, credential }: Access): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'test', user: credential }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}

/** Reads a kubeconfig that `writeKubeconfig` wrote. */
export async function readKubeconfig(path: string): Promise<Access> {
  const config = parse(await readFile(path, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: Credential }];
  };
  const { cluster } = config.clusters[0];
  return { server: cluster.server, ca: cluster['certificate-authority-data'], credential: config.users[0].user };
}
