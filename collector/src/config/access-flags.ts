/** The flags of `rollcall serve` that say where it listens and who may ask it what. */

/** Where the server listens, and what stands between it and its clients. */
export interface Access {
  readonly listen: { readonly host: string; readonly port: number };
  /** The user knows that what crosses the network is neither hidden nor asked for its right. */
  readonly insecure: boolean;
  /** Absent: nobody is asked who he is. Without audiences a token has to be made for the API server itself. */
  readonly authenticate: { readonly audiences: readonly string[] } | undefined;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
}

/** For parseArgs. */
export const ACCESS_OPTIONS = {
  listen: { type: 'string', default: '127.0.0.1:8090' },
  insecure: { type: 'boolean', default: false },
  authenticate: { type: 'boolean', default: false },
  'auth-audience': { type: 'string', multiple: true, default: [] as string[] },
  'tls-cert-file': { type: 'string', default: '' },
  'tls-private-key-file': { type: 'string', default: '' },
} as const;

/** What parseArgs makes of them. */
export interface AccessFlags {
  readonly listen: string;
  readonly insecure: boolean;
  readonly authenticate: boolean;
  readonly 'auth-audience': readonly string[];
  readonly 'tls-cert-file': string;
  readonly 'tls-private-key-file': string;
}

/** The flags' meaning, and every fault in them; no meaning without a listen address. */
export function readAccess(flags: AccessFlags): {
  readonly value: Access | undefined;
  readonly faults: readonly string[];
} {
  const { insecure, authenticate, 'auth-audience': audiences } = flags;
  const { 'tls-cert-file': certFile, 'tls-private-key-file': keyFile } = flags;
  const listen = parseListen(flags.listen);
  const faults = [...findBadListen(flags, listen), ...findBadPairs(flags)];
  const value = listen && {
    listen,
    insecure,
    authenticate: authenticate ? { audiences } : undefined,
    tls: certFile === '' ? undefined : { certFile, keyFile },
  };
  return { value, faults };
}

/** `HOST:PORT`, `[V6]:PORT` or `:PORT`; undefined for anything else. */
export function parseListen(text: string): Access['listen'] | undefined {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) return undefined;
  return { host: found[1] ?? (found[2] || '0.0.0.0'), port };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

const TLS = '--tls-cert-file and --tls-private-key-file';

function findBadListen(flags: AccessFlags, listen: Access['listen'] | undefined): readonly string[] {
  const { listen: text, insecure, authenticate, 'tls-cert-file': certFile } = flags;
  if (listen === undefined) {
    return [`--listen: "${text}" is not ADDRESS:PORT; write for example 127.0.0.1:8090 or [::1]:8090`];
  }
  if (isLoopback(listen.host) || insecure) return [];
  if (!authenticate) {
    const mend = `add --authenticate, ${TLS}, or --insecure if whoever reaches that address may read everything, or listen on 127.0.0.1`;
    return [`--listen: "${text}" is not a loopback address and nothing authenticates clients; ${mend}`];
  }
  if (certFile !== '') return [];
  const mend = `add ${TLS}, or --insecure if something else encrypts`;
  return [`--listen: "${text}" is not a loopback address and tokens would cross the network in clear; ${mend}`];
}

function findBadPairs(flags: AccessFlags): readonly string[] {
  const { authenticate, 'auth-audience': audiences } = flags;
  const { 'tls-cert-file': certFile, 'tls-private-key-file': keyFile } = flags;
  const checks: readonly (readonly [holds: boolean, fault: string])[] = [
    [certFile === '' || keyFile !== '', `--tls-cert-file: "${certFile}" has no key; add --tls-private-key-file`],
    [keyFile === '' || certFile !== '', `--tls-private-key-file: "${keyFile}" has no certificate; add --tls-cert-file`],
    [
      !audiences.includes(''),
      '--auth-audience: "" is no audience; name one, or leave it out for that of the API server',
    ],
    [
      authenticate || audiences.length === 0,
      `--auth-audience: "${audiences.join('", "')}" is for tokens that nobody looks at; add --authenticate`,
    ],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}
