/** What a client of the stream asks for: which policies, and from where on. */
import type { IncomingMessage } from 'node:http';
import { findFault, searchOf, type Parameters } from './query-parameters.ts';

/** Only messages about this namespace and DaemonSet, all where absent; `lastId` is the id of the last message that the client got. */
export interface StreamQuery {
  readonly namespace: string | undefined;
  readonly daemonset: string | undefined;
  readonly lastId: string | undefined;
}

const isName = (value: string): boolean => value !== '';

const PARAMETERS: Parameters = new Map([
  ['namespace', { allowed: "a DaemonSet's namespace", accepts: isName }],
  ['daemonset', { allowed: "a DaemonSet's name", accepts: isName }],
  ['lastEventId', { allowed: 'the id of the last message that was got', accepts: isName }],
]);

/** The query, or in words what is wrong with it. A browser that connects again sends the header; it is newer than the address. */
export function parseStreamQuery({
  url,
  headers,
}: Pick<IncomingMessage, 'url' | 'headers'>): { readonly query: StreamQuery } | { readonly fault: string } {
  const search = searchOf(url);
  const fault = findFault(PARAMETERS, search);
  if (fault !== undefined) return { fault };
  const header = headers['last-event-id'];
  return {
    query: {
      namespace: search.get('namespace') ?? undefined,
      daemonset: search.get('daemonset') ?? undefined,
      lastId: (Array.isArray(header) ? header[0] : header) ?? search.get('lastEventId') ?? undefined,
    },
  };
}

/** Whether a message about a DaemonSet is asked for. */
export function isAsked({ namespace, daemonset }: StreamQuery, about: StreamTopic): boolean {
  return (
    (namespace === undefined || namespace === about.namespace) &&
    (daemonset === undefined || daemonset === about.daemonset)
  );
}

/** The DaemonSet that a message is about. */
export interface StreamTopic {
  readonly namespace: string;
  readonly daemonset: string;
}
