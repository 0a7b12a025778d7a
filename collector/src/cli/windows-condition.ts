/** Says of a policy what is wrong with the maintenance windows that might be about it: that they cannot be read, or that one of them is refused. */
import { WATCH, type Policy, type PolicyCondition } from '@rollcall/contract';
import type { WindowBook } from '../config/window-book.ts';
import type { KindWatch } from '../watch/watch-kind.ts';

/** Where it is seen. */
export interface WindowsSight {
  readonly watches: readonly KindWatch[];
  readonly rejected: ReturnType<WindowBook['rejected']>;
  /** Windows of that namespace are about policies of all. */
  readonly collectorNamespace: string;
}

const MEND =
  "allow the collector's account to list and watch maintenancewindows in rollcall.dev, as deploy/kubernetes does";

/** Why windows are not read though the server has them, and what to do; undefined while they are, or there are none. */
export function sayWindowsDown(watches: readonly KindWatch[]): string | undefined {
  const state = watches.find(({ id }) => id === WATCH.windows)?.reflector.status().state;
  if (state?.blocked !== 'forbidden') return undefined;
  return `maintenance windows cannot be read, so that planned work excuses no node: ${state.trouble?.message ?? 'forbidden'}; ${MEND}`;
}

/** The conditions WindowsDown and WindowRejected; neither while all is well, so that no policy says of windows what does not concern it. */
export function windowsCondition(
  { namespace }: Pick<Policy, 'namespace'>,
  { watches, rejected, collectorNamespace }: WindowsSight,
): readonly PolicyCondition[] {
  const down = sayWindowsDown(watches);
  const own = rejected.filter((one) => one.namespace === namespace || one.namespace === collectorNamespace);
  const message = own.map((one) => `${one.namespace}/${one.name}: ${one.message}`).join(' | ');
  return [
    ...(down === undefined ? [] : [condition('WindowsDown', 'Forbidden', down)]),
    ...(own.length === 0 ? [] : [condition('WindowRejected', 'Invalid', shorten(message))]),
  ];
}

function condition(type: string, reason: string, message: string): PolicyCondition {
  return { type, status: 'True', reason, message };
}

/** Far below what the API server takes for a message. */
const LONGEST = 2_000;

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
