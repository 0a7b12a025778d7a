/** One way to one API server: requests over kept-alive connections with fresh credentials; no state outside of it. */
import type { Spans } from '@rollcall/contract';
import { createCredentials, type CredentialHost } from './credentials.ts';
import { TextTable } from '../decode/text-table.ts';
import type { KubeconfigSearch } from './kubeconfig.ts';
import type { Clock, Timers } from '../ports.ts';
import { createSender, type Dial, type KubeRequest, type KubeResponse } from './sender.ts';
import { findTarget, type TargetFlags } from './find-target.ts';
import type { Target } from './target.ts';

/** A connection. It belongs to whoever loaded it, who closes it; many may use it at the same time. */
export interface Connection {
  /** The server's URL, for messages. */
  readonly server: string;
  /** The namespace of the context or the pod, `default` without one. */
  readonly defaultNamespace: string;
  /** The host's clock and timers, for whatever waits on behalf of this connection. */
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly timers: Timers;
  /** Where lists and single requests are traced; absent: nowhere. */
  readonly spans?: Spans | undefined;
  /** What was learnt of the server; changed in place. */
  readonly traits: { streamingList: boolean; protobuf: boolean };
  /** Texts that many objects of this server have; absent: each reflector keeps its own. */
  readonly texts?: TextTable | undefined;
  /**
   * Sends a request; rejects with a KubeError when there is no answer, never because of a status. A 401 makes it renew
   * the credentials, where they can be, and ask once more.
   */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** Ends all requests and sockets. May be called twice. */
  close(): void;
}

/** Where the target and its credentials come from. `version` is Rollcall's, for the User-Agent; `dial` takes TCP's place. */
export interface ConnectionOptions extends TargetFlags, KubeconfigSearch, CredentialHost {
  readonly version: string;
  /** Nothing is traced without them. */
  readonly spans?: Spans | undefined;
  readonly dial?: Dial | undefined;
}

/** Finds the target by kubectl's rules and makes a connection to it; nothing is sent yet. Throws `Config`. */
export async function loadConnection(options: ConnectionOptions): Promise<Connection> {
  return connect(await findTarget(options), options);
}

function connect(target: Target, options: ConnectionOptions): Connection {
  const credentials = createCredentials(target, options);
  const { send, close } = createSender(target, `rollcall/${options.version}`, options.dial);
  return {
    server: target.server.href,
    defaultNamespace: target.namespace,
    clock: options.clock,
    timers: options.timers,
    spans: options.spans,
    traits: { streamingList: true, protobuf: true },
    texts: new TextTable(),
    async request(asked) {
      const used = await credentials.current();
      const first = await send(asked, used);
      if (first.status !== 401 || !credentials.renew(used)) return first;
      first.body.resume();
      return send(asked, await credentials.current());
    },
    close,
  };
}
