/** Which proxy leads to an API server, by the rules of Go's net/http, which kubectl uses. */
import { BlockList, isIP } from 'node:net';
import { KubeError } from '../kube-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy of the environment for `server`, undefined for none. Loopback is never proxied; NO_PROXY lists names (with
 * their subdomains), addresses, CIDR blocks, each perhaps with a port, or `*`. Source: golang.org/x/net/http/httpproxy.
 * Throws `Config` for a proxy that is not http.
 */
export function chooseProxy(server: URL, env: Env): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = read(env, name);
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (proxy === undefined || isLoopback(host)) return undefined;
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  const excepted = (read(env, 'NO_PROXY') ?? '')
    .split(',')
    .some((rule) => matches(rule.trim().toLowerCase(), host, port));
  if (excepted) return undefined;
  return requireHttpProxy(proxy.includes('://') ? proxy : `http://${proxy}`, `the environment's ${name}`);
}

/** The proxy's URL if it is one that is spoken to, else `Config`; `where` says where it was found. */
export function requireHttpProxy(proxy: string, where: string): string {
  const scheme = URL.parse(proxy)?.protocol ?? 'no URL';
  if (scheme === 'http:') return proxy;
  // Only the scheme is shown: a proxy's URL may hold a password.
  throw new KubeError('Config', `${where} is ${scheme}: write http://HOST:PORT, no other kind of proxy is spoken to`);
}

function read(env: Env, name: string): string | undefined {
  const value = env[name] || env[name.toLowerCase()];
  return value === '' ? undefined : value;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === '' || rule === '*') return rule === '*';
  if (rule.includes('/')) return isInBlock(rule, host);
  const { name, wanted } = splitPort(rule);
  if (wanted !== undefined && wanted !== port) return false;
  if (isIP(name) > 0) return name === host;
  const bare = name.replace(/^\*?\./, '');
  return host.endsWith(`.${bare}`) || (bare === name && host === bare);
}

function splitPort(rule: string): { readonly name: string; readonly wanted: string | undefined } {
  const parts = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(rule);
  if (parts === null) return { name: rule.replace(/^\[|\]$/g, ''), wanted: undefined };
  return { name: parts[1] ?? parts[2] ?? '', wanted: parts[3] };
}

function isInBlock(rule: string, host: string): boolean {
  const [address = '', bits = ''] = rule.split('/');
  const family = isIP(address);
  const prefix = Number(bits);
  if (family === 0 || isIP(host) !== family || bits === '' || !(prefix <= (family === 4 ? 32 : 128))) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, prefix, kind);
  return block.check(host, kind);
}
