/** Calls the roll once as the flags say that choose a cluster and its policies; every command that looks for itself has them. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';
import type { Io } from './command.ts';
import { openConnection } from './open-connection.ts';
import { takeRoll, type RollCall } from './take-roll.ts';

/** The flags, for parseArgs. */
export const ROLL_OPTIONS = {
  'collector-namespace': { type: 'string' },
  context: { type: 'string' },
  discover: { type: 'boolean' },
  kubeconfig: { type: 'string' },
  policy: { type: 'string', multiple: true },
} as const;

/** Their values. */
export interface RollFlags {
  readonly 'collector-namespace'?: string | undefined;
  readonly context?: string | undefined;
  readonly discover?: boolean | undefined;
  readonly kubeconfig?: string | undefined;
  readonly policy?: readonly string[] | undefined;
}

/** The roll call; an interrupt ends it, and with it the command. Rejects with a KubeError when the cluster cannot be read. */
export async function callRoll({ kubeconfig, context, ...flags }: RollFlags, io: Io): Promise<RollCall> {
  const connection = await openConnection({ kubeconfig, context }, io.env);
  const close = (): void => connection.close();
  io.signal.addEventListener('abort', close, { once: true });
  try {
    return await takeRoll({
      connection,
      policies: flags.policy ?? [],
      discover: flags.discover,
      collectorNamespace: flags['collector-namespace'] ?? COLLECTOR_NAMESPACE,
    });
  } finally {
    io.signal.removeEventListener('abort', close);
    close();
  }
}
