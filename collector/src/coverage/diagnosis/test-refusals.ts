/** Refusals of a DaemonSet's pods for tests. */
import type { Creation, RefusalCode } from '../../inventory/index.ts';
import { buildKubeEvent } from '../../test-objects.ts';
import { NOW } from './test-subject.ts';

/** Refusals with that text, which stand: of 5 syncs that failed, the last one 2 s ago. */
export function buildRefusals(code: RefusalCode, text: string, changes: Partial<Creation> = {}): Creation {
  const object = buildKubeEvent({
    involvedKind: 'DaemonSet',
    reason: 'FailedCreate',
    message: `Error creating: ${text}`,
  });
  return {
    refused: { object, firstMono: NOW - 10_000, lastMono: NOW - 2_000 },
    code,
    sinceMono: NOW - 10_000,
    failures: [NOW - 2_000],
    counts: new Map([['e', { all: 13, before: 0 }]]),
    madeMono: undefined,
    ...changes,
  };
}
