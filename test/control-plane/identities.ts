/** Kubeconfig files for whoever a test wants to be. */
import { join } from 'node:path';
import { readBase64, type Authority, type User } from './certificates.ts';
import { connect } from './client.ts';
import { writeKubeconfig, type Credential } from './kubeconfig.ts';

/** Makes kubeconfig files, each with one credential, and returns their paths. */
export interface Identities {
  /** A user with a client certificate; what it may do is up to the RBAC bindings of its name and groups. */
  readonly kubeconfig: (user: User) => Promise<string>;
  /** A service account with a bound token of one hour, from the TokenRequest API; throws ApiError 404 if there is no such account. */
  readonly serviceAccountKubeconfig: (namespace: string, name: string) => Promise<string>;
}

/** The identities of one API server, signed by its client authority; the files are put into the folder. */
export function createIdentities(of: {
  readonly folder: string;
  readonly authority: Authority;
  readonly serverUrl: string;
}): Identities {
  const { folder, authority, serverUrl } = of;
  let written = 0;
  const write = async (credential: Credential): Promise<string> => {
    const ca = await readBase64(authority.caFile);
    return writeKubeconfig(join(folder, `${++written}.kubeconfig`), { server: serverUrl, ca, credential });
  };
  const kubeconfig = async (user: User): Promise<string> => {
    const { cert, key } = await authority.issueClient(user);
    return write({ 'client-certificate-data': await readBase64(cert), 'client-key-data': await readBase64(key) });
  };
  return {
    kubeconfig,
    serviceAccountKubeconfig: async (namespace, name) => {
      const admin = await connect(await kubeconfig(administrator));
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const { status } = await admin
        .request<{ status: { token: string } }>('POST', path, { body: { spec: { expirationSeconds: 3600 } } })
        .finally(admin.close);
      return write({ token: status.token });
    },
  };
}

/** May do everything: RBAC's own group for it. */
export const administrator: User = { cn: 'admin', groups: ['system:masters'] };
