/** Counts what fails, and logs a failure once until something else comes or all is well again. */
import type { KubeError, KubeErrorCode } from '../kube-error.ts';
import type { Log } from '../ports.ts';

/** The failures of one watch. */
export interface FailureLog {
  readonly counts: Readonly<Partial<Record<KubeErrorCode, number>>>;
  add(error: KubeError): void;
  /** All is well: the next failure is news. */
  forget(): void;
}

/** None yet. `watch` is what log lines call it. */
export function createFailureLog(log: Log, watch: string): FailureLog {
  const counts: Partial<Record<KubeErrorCode, number>> = {};
  let last = '';
  return {
    counts,
    add: ({ code, message }) => {
      counts[code] = (counts[code] ?? 0) + 1;
      if (message === last) return;
      last = message;
      log.warn({ watch, code }, message);
    },
    forget: () => {
      last = '';
    },
  };
}
