/** Resolves a target's certificates and token, and keeps them fresh: files and plugins are asked again once a minute. */
import { createPluginCaller } from './auth-plugin.ts';
import { KubeError, toKubeError } from '../kube-error.ts';
import { loadPem, type Pem } from './pem.ts';
import type { Clock, Timers } from '../ports.ts';
import type { Secrets } from './sender.ts';
import type { Target } from './target.ts';

/** The credentials of one connection. */
export interface Credentials {
  /** The newest ones. Where a file or plugin fails, the last good ones go on; the first time it is an error (`Config`). */
  current(): Promise<Secrets>;
  /** To be called when the server refused `used`. Answers whether `current` may now give others. */
  renew(used: Secrets): boolean;
}

/** What credentials need of the host. */
export interface CredentialHost {
  readonly readFile: (path: string) => Promise<string>;
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly timers: Timers;
}

// Kubelet rotates a service account's token at 80 % of its life and projected files change at any time; client-go re-reads each minute too.
const FRESH_MS = 60_000;

/** The credentials of a target; nothing is read before the first request. */
export function createCredentials(target: Target, host: CredentialHost): Credentials {
  const callPlugin = target.user.plugin && createPluginCaller(target.user.plugin, host.timers);
  const renewable = callPlugin !== undefined || hasFile(target);
  let last: { readonly secrets: Secrets; readonly atMs: number } | undefined;
  let refused = false;
  let pending: Promise<Secrets> | undefined;

  async function load(): Promise<Secrets> {
    try {
      const made = await callPlugin?.(refused);
      const secrets = await readSecrets(target, host.readFile);
      last = { secrets: made === undefined ? secrets : merge(secrets, made), atMs: host.clock.monoMs() };
      refused = false;
    } catch (thrown) {
      if (last === undefined || refused) throw toKubeError(thrown, 'credentials');
      last = { ...last, atMs: host.clock.monoMs() };
    }
    return last.secrets;
  }

  return {
    current() {
      const fresh = !refused && last !== undefined && (!renewable || host.clock.monoMs() - last.atMs < FRESH_MS);
      if (fresh && last !== undefined) return Promise.resolve(last.secrets);
      pending ??= load().finally(() => (pending = undefined));
      return pending;
    },
    renew(used) {
      // Another request may have renewed them meanwhile.
      if (renewable && used === last?.secrets) refused = true;
      return renewable;
    },
  };
}

function hasFile({ ca, user }: Target): boolean {
  return [ca, user.certificate?.cert, user.certificate?.key, user.token].some((source) => source && 'path' in source);
}

async function readSecrets({ ca, user }: Target, readFile: CredentialHost['readFile']): Promise<Secrets> {
  const headers: Record<string, string | readonly string[]> = { ...user.headers };
  const tls: { ca?: string; cert?: string; key?: string } = {};
  if (ca !== undefined) tls.ca = await read(ca, 'certificate-authority', readFile);
  if (user.certificate !== undefined) {
    tls.cert = await read(user.certificate.cert, 'client-certificate', readFile);
    tls.key = await read(user.certificate.key, 'client-key', readFile);
  }
  if (user.token !== undefined) headers['Authorization'] = `Bearer ${await readToken(user.token, readFile)}`;
  return { headers, tls };
}

async function readToken(
  token: NonNullable<Target['user']['token']>,
  readFile: CredentialHost['readFile'],
): Promise<string> {
  const text = (await read(token, 'tokenFile', readFile)).trim();
  // An empty token would make every request anonymous; a line break inside would be refused by node:http with the token in the message.
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const where = 'path' in token ? token.path : 'token';
  throw new KubeError(
    'Config',
    `${where}: the token is ${text === '' ? 'empty' : 'not one line of plain characters'}: write it anew`,
  );
}

async function read(source: Pem, field: string, readFile: CredentialHost['readFile']): Promise<string> {
  try {
    return await loadPem(source, readFile);
  } catch (cause) {
    const path = 'path' in source ? source.path : '';
    throw new KubeError('Config', `${path}: ${field} cannot be read: correct the path or the file's rights`, { cause });
  }
}

function merge(secrets: Secrets, made: Secrets): Secrets {
  return { headers: { ...secrets.headers, ...made.headers }, tls: { ...secrets.tls, ...made.tls } };
}
