/** Who a kubeconfig says we are: certificates, token, plugin and impersonation, read but not yet resolved. */
import { readEntry, readText, readTexts, resolveBeside, wrongField, type Entry } from './entry.ts';
import { readPem, type Pem } from './pem.ts';

/** A helper that makes credentials: a program to run, or one of the old built-in providers. */
export interface Plugin {
  readonly kind: 'exec' | 'auth-provider';
  readonly entry: Entry;
  /** The cluster's entry, which a program may ask for (`provideClusterInfo`). */
  readonly cluster: Entry;
}

/** The ways in which one proves who one is; at most one of token and plugin is set. */
export interface User {
  readonly certificate: { readonly cert: Pem; readonly key: Pem } | undefined;
  readonly token: { readonly text: string } | { readonly path: string } | undefined;
  readonly plugin: Plugin | undefined;
  /** Impersonation headers. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** The flags that override a user's fields. */
export interface UserFlags {
  readonly token?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

/** Reads a user: --token over a token file over a token over a plugin. Throws `Config`, for basic authentication too. */
export function readUser(entry: Entry, cluster: Entry, flags: UserFlags): User {
  const token = readToken(entry, flags);
  if (token === undefined) refuseBasic(entry);
  return {
    certificate: readCertificate(entry, flags),
    token,
    plugin: token === undefined ? readPlugin(entry, cluster) : undefined,
    headers: readImpersonation(entry),
  };
}

function readToken(entry: Entry, flags: UserFlags): User['token'] {
  if (flags.token !== undefined) return { text: flags.token };
  const path = readText(entry, 'tokenFile');
  if (path !== undefined) return { path: resolveBeside(entry, path) };
  const text = readText(entry, 'token');
  return text === undefined ? undefined : { text };
}

function refuseBasic(entry: Entry): void {
  const name = ['username', 'password'].find((field) => readText(entry, field) !== undefined);
  if (name === undefined) return;
  throw wrongField(
    entry,
    name,
    'is basic authentication, which API servers refuse since 1.19: use a token or a certificate',
  );
}

function readCertificate(entry: Entry, flags: UserFlags): User['certificate'] {
  const cert = fromFlag(flags.clientCertificate) ?? readPem(entry, 'client-certificate');
  const key = fromFlag(flags.clientKey) ?? readPem(entry, 'client-key');
  if (cert === undefined && key === undefined) return undefined;
  if (key === undefined) throw wrongField(entry, 'client-key', 'is missing beside client-certificate: add the key');
  if (cert === undefined)
    throw wrongField(entry, 'client-certificate', 'is missing beside client-key: add the certificate');
  return { cert, key };
}

function fromFlag(path: string | undefined): Pem | undefined {
  return path === undefined ? undefined : { path };
}

function readPlugin(entry: Entry, cluster: Entry): Plugin | undefined {
  const exec = readEntry(entry, 'exec');
  const provider = readEntry(entry, 'auth-provider');
  if (exec !== undefined && provider !== undefined) {
    throw wrongField(entry, 'exec', 'stands beside auth-provider: remove one of the two');
  }
  if (exec !== undefined) return { kind: 'exec', entry: exec, cluster };
  return provider === undefined ? undefined : { kind: 'auth-provider', entry: provider, cluster };
}

// Left out silently, these would make us act with the rights of another.
function readImpersonation(entry: Entry): User['headers'] {
  const headers: Record<string, string | readonly string[]> = {};
  const name = readText(entry, 'as');
  const uid = readText(entry, 'as-uid');
  const groups = readTexts(entry, 'as-groups');
  const extra = readEntry(entry, 'as-user-extra');
  if (name !== undefined) headers['Impersonate-User'] = name;
  if (uid !== undefined) headers['Impersonate-Uid'] = uid;
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  if (extra !== undefined) {
    for (const key of Object.keys(extra.values))
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = readTexts(extra, key);
  }
  return headers;
}
