/** Opens the connections of the sources of Daemons. */
import type { Spans } from '@rollcall/contract';
import type { Connection } from '@rollcall/kube';
import type { DaemonSourceConfig } from '../config/daemon-source-flag.ts';
import type { DaemonSource } from '../watch/daemon-watch.ts';
import type { Io } from './command.ts';
import { openConnection, type ClusterFlags } from './open-connection.ts';

/** The sources with their connections. */
export interface OpenSources {
  readonly sources: readonly DaemonSource[];
  /** Closes the connections that were opened for them; the collector's own is not. */
  close(): void;
}

/** How the collector itself reaches its API server. */
interface Own extends ClusterFlags {
  readonly connection: Connection;
  readonly spans?: Spans | undefined;
}

/**
 * Nothing is sent yet, so a server that is down hinders nobody. Rejects, with nothing left open, when a kubeconfig cannot be read:
 * all of them in one message, each with its flag, the field and the mend.
 */
export async function openDaemonSources(
  configs: readonly DaemonSourceConfig[],
  own: Own,
  env: Io['env'],
): Promise<OpenSources> {
  const opened: Connection[] = [];
  const open = async ({ name, kubeconfig, context, scope }: DaemonSourceConfig): Promise<DaemonSource> => {
    if (kubeconfig === undefined && context === undefined) return { name, scope, connection: own.connection };
    const flags = { kubeconfig: kubeconfig ?? own.kubeconfig, context };
    const connection = await openConnection(flags, env, own.connection.spans);
    opened.push(connection);
    return { name, scope, connection };
  };
  const close = (): void => opened.forEach((connection) => connection.close());
  const results = await Promise.allSettled(configs.map(open));
  const faults = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`--daemon-source ${configs[index]?.name}: ${String(result.reason.message)}`] : [],
  );
  if (faults.length > 0) {
    close();
    throw new Error(faults.join('\nerror: '));
  }
  return { sources: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])), close };
}
