/** The certificate authority of one control plane, by the openssl program. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who a client certificate says its bearer is: the user name and the groups that RBAC binds to. */
export interface User {
  readonly cn: string;
  readonly groups?: readonly string[];
}

/** Paths of a PEM certificate and its key. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Signs certificates, each valid for 30 days; its files lie in the folder it was given. */
export interface Authority {
  readonly caFile: string;
  readonly issueServer: () => Promise<KeyPair>;
  readonly issueClient: (user: User) => Promise<KeyPair>;
}

const days = ['-days', '30'];
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes a new authority in the folder. Throws with the mend if openssl is missing. */
export async function createAuthority(folder: string): Promise<Authority> {
  const ca: KeyPair = { cert: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  await openssl(['req', '-x509', ...newKey, ...days, '-subj', '/CN=rollcall-test', '-keyout', ca.key, '-out', ca.cert]);
  let issued = 0;
  const issue = (subject: string, extensions: string): Promise<KeyPair> =>
    sign(ca, { stem: join(folder, `cert-${++issued}`), serial: issued, subject, extensions });
  return {
    caFile: ca.cert,
    issueServer: () =>
      issue('/CN=kube-apiserver', 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth'),
    issueClient: ({ cn, groups = [] }) =>
      issue([...groups.map((group) => `/O=${group}`), `/CN=${cn}`].join(''), 'extendedKeyUsage=clientAuth'),
  };
}

/** Makes the key pair that signs service account tokens. */
export async function createServiceAccountKeys(folder: string): Promise<{ publicKey: string; privateKey: string }> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const paths = { publicKey: join(folder, 'sa.pub'), privateKey: join(folder, 'sa.key') };
  await writeFile(paths.publicKey, keys.publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(paths.privateKey, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return paths;
}

/** The file's content in base64, as a kubeconfig embeds it. */
export async function readBase64(file: string): Promise<string> {
  return (await readFile(file)).toString('base64');
}

interface Request {
  readonly stem: string;
  readonly serial: number;
  readonly subject: string;
  readonly extensions: string;
}

async function sign(ca: KeyPair, { stem, serial, subject, extensions }: Request): Promise<KeyPair> {
  const pair: KeyPair = { cert: `${stem}.crt`, key: `${stem}.key` };
  await writeFile(`${stem}.ext`, extensions);
  await openssl(['req', '-new', ...newKey, '-subj', subject, '-keyout', pair.key, '-out', `${stem}.csr`]);
  const signer = ['-CA', ca.cert, '-CAkey', ca.key, '-set_serial', String(serial), ...days, '-extfile', `${stem}.ext`];
  await openssl(['x509', '-req', '-in', `${stem}.csr`, ...signer, '-out', pair.cert]);
  return pair;
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', args).catch((error: Error & { code?: string }) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('openssl is needed for the test certificates. Install it with: apt-get install -y openssl', {
      cause: error,
    });
  });
}
