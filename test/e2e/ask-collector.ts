/** Single requests to a collector, be it one that speaks TLS and wants a token; each on a connection of its own, as the kubelet's. */
import { Agent } from 'node:https';
import { exchange, type Answer } from '../control-plane/index.ts';

/** What a client of a collector that authenticates brings along: the CA, a name that the certificate carries, a token (none: none is sent). */
export interface CollectorAccess {
  readonly ca: string;
  readonly serverName: string;
  readonly token?: string | undefined;
}

/** One request, GET unless it says otherwise; any status is an answer. Rejects when none comes within 10 s. */
export function askCollector(url: string, access?: CollectorAccess, method = 'GET'): Promise<Answer> {
  const signal = AbortSignal.timeout(10_000);
  if (access === undefined) return exchange(new URL(url), { method, signal, agent: false });
  const { ca, serverName: servername, token } = access;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return exchange(new URL(url), { method, headers, signal, agent: new Agent({ ca, servername }) });
}
