/** Joins the flags about access to the server: where it listens, with which certificate, and who judges its clients. */
import type { Connection, Log } from '@rollcall/kube';
import type { Access } from '../config/access-flags.ts';
import { createAccessReviews } from '../control/review-access.ts';
import type { ServerOptions } from '../http/server.ts';
import { systemClock } from './system-clock.ts';

/** The part of the server's options that is about access. */
export function createAccess(
  { listen, tls, authenticate }: Access,
  connection: Connection,
  log: Log,
): Pick<ServerOptions, 'listen' | 'tls' | 'authorise'> {
  if (authenticate === undefined) return { listen, tls };
  const { audiences } = authenticate;
  return { listen, tls, authorise: createAccessReviews({ connection, audiences, clock: systemClock, log }) };
}

/** For the log: who is answered, and what there is to be warned of, '' if nothing. */
export function describeAccess({ insecure, authenticate, tls }: Access): {
  readonly clients: string;
  readonly warning: string;
} {
  const clients = authenticate
    ? 'those whose token the API server knows and whom RBAC permits'
    : insecure
      ? 'everybody'
      : 'everybody on this machine; nobody else until --authenticate is set';
  if (!insecure || (authenticate && tls)) return { clients, warning: '' };
  const why = authenticate
    ? 'tokens cross the network in clear, whoever sees one can use it'
    : 'whoever reaches this address can read every answer, nothing authenticates clients';
  return { clients, warning: `listening --insecure: ${why}` };
}
