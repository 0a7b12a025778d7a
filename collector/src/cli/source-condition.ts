/** Says of a policy that asks for Daemons whether their source can be seen, and if not, why and what to do. */
import type { Policy, PolicyCondition } from '@rollcall/contract';
import type { WatchState } from '@rollcall/kube';
import { DAEMON_SOURCE_FORM } from '../config/daemon-source-flag.ts';

/** The sources of Daemons as they now are. */
export interface SourceStates {
  /** Their names. */
  readonly known: readonly string[];
  /** The state of a source's watch, undefined if there is none. */
  stateOf(name: string): Pick<WatchState, 'name' | 'trouble'> | undefined;
}

/** The condition SourceDown; none for a policy that does not ask for Daemons. */
export function sourceCondition({ daemonLayer }: Policy, sources: SourceStates): readonly PolicyCondition[] {
  if (daemonLayer === undefined) return [];
  const { source } = daemonLayer;
  const down = (reason: string, message: string): readonly PolicyCondition[] => [
    { type: 'SourceDown', status: 'True', reason, message: `the source of Daemons "${source}" ${message}` },
  ];
  if (!sources.known.includes(source)) {
    const mend = `start the collector with --daemon-source ${DAEMON_SOURCE_FORM}, or name one of: ${sources.known.join(', ')}`;
    return down('UnknownSource', `is unknown to the collector; ${mend}`);
  }
  const state = sources.stateOf(source);
  if (state?.name === 'live') return [{ type: 'SourceDown', status: 'False', reason: 'Live', message: '' }];
  const trouble = state?.trouble;
  if (trouble === undefined) return down('Syncing', 'is not listed yet');
  const { reason, mend } = TROUBLES[trouble.code] ?? { reason: trouble.code, mend: 'see the log of the collector' };
  return down(reason, `is not seen: ${trouble.message}; ${mend}`);
}

interface Trouble {
  readonly reason: string;
  readonly mend: string;
}

const DISCONNECTED: Trouble = {
  reason: 'Disconnected',
  mend: 'the collector tries again; see whether that API server runs and can be reached from here',
};

const TROUBLES: Readonly<Partial<Record<NonNullable<WatchState['trouble']>['code'], Trouble>>> = {
  NotFound: {
    reason: 'CrdAbsent',
    mend: 'that API server serves no Daemons: let the flag name the one of the Riptides control plane',
  },
  Forbidden: { reason: 'Forbidden', mend: 'allow get, list and watch of daemons.core.riptides.io' },
  Unauthorized: { reason: 'Unauthorized', mend: 'renew the credentials in the kubeconfig of the source' },
  Network: DISCONNECTED,
  Timeout: DISCONNECTED,
  Unavailable: DISCONNECTED,
  TooManyRequests: DISCONNECTED,
};
