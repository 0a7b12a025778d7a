/** Joins the flags about access to the server: where it listens, with which certificate, and who judges its clients. */
import type { Connection, Log } from '@rollcall/kube';
import type { Access } from '../config/access-flags.ts';
import type { ServeConfig } from '../config/serve-config.ts';
import { createAccessReviews } from '../control/review-access.ts';
import type { ServerOptions } from '../http/server.ts';
import { agentConnectionsOf, memoryLimitOf } from './start-limits.ts';
import { systemClock } from './system-clock.ts';

/** The part of the server's options that is about access and what agents may hold of it, and the log that it shares with the reviews. */
export function createAccess(
  { listen, tls, authenticate, memoryLimitBytes }: Access & Pick<ServeConfig, 'memoryLimitBytes'>,
  connection: Connection,
  log: ServerOptions['log'],
): Pick<ServerOptions, 'listen' | 'tls' | 'authorise' | 'log' | 'limits'> {
  const limitBytes = memoryLimitOf({ memoryLimitBytes });
  const limits = { agentConnections: agentConnectionsOf({ limitBytes, isSecure: tls !== undefined }) };
  if (authenticate === undefined) return { listen, tls, log, limits };
  const { audiences } = authenticate;
  return {
    listen,
    tls,
    log,
    limits,
    authorise: createAccessReviews({ connection, audiences, clock: systemClock, log }),
  };
}

/** Says at each start where it listens, who is answered there, and what there is to be warned of. */
export function logListening(
  log: Log,
  { insecure, authenticate, tls }: Access,
  at: { readonly url: string; readonly api: string },
): void {
  if (insecure && !(authenticate && tls)) {
    const why = authenticate
      ? 'tokens cross the network in clear, whoever sees one can use it'
      : 'whoever reaches this address can read every answer, nothing authenticates clients';
    log.warn({ url: at.url }, `listening --insecure: ${why}`);
  }
  log.info({ ...at, clients: describeClients(insecure, authenticate) }, 'listening');
}

function describeClients(insecure: boolean, authenticate: Access['authenticate']): string {
  if (authenticate) return 'those whose token the API server knows and whom RBAC permits';
  return insecure ? 'everybody' : 'everybody on this machine; nobody else until --authenticate is set';
}
