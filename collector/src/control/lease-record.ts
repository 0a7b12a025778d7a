/** The Lease by which replicas agree on a leader, as client-go's leader election reads and writes it. */
import { valueAt } from '@rollcall/contract';

/** What a Lease says. `holder` is '' once it was released. */
export interface LeaseRecord {
  readonly holder: string;
  readonly durationMs: number;
  /** By the clock of whoever wrote it. */
  readonly renewWallMs: number;
  /** RFC 3339, as it was written. */
  readonly acquireTime: string;
  readonly transitions: number;
  readonly resourceVersion: string;
}

/** Reads a Lease of any shape: what is missing reads as 0 or ''. Never throws. */
export function readLease(document: unknown): LeaseRecord {
  const text = (...path: readonly string[]): string => {
    const value = valueAt(document, path);
    return typeof value === 'string' ? value : '';
  };
  const number = (field: string): number => {
    const value = valueAt(document, ['spec', field]);
    return typeof value === 'number' ? value : 0;
  };
  return {
    holder: text('spec', 'holderIdentity'),
    durationMs: number('leaseDurationSeconds') * 1000,
    renewWallMs: Date.parse(text('spec', 'renewTime')) || 0,
    acquireTime: text('spec', 'acquireTime'),
    transitions: number('leaseTransitions'),
    resourceVersion: text('metadata', 'resourceVersion'),
  };
}

/** The Lease as a document; an empty resourceVersion is for one that is to be created. */
export function writeLease(
  record: LeaseRecord,
  metadata: { readonly name: string; readonly namespace: string },
): object {
  const { holder, durationMs, renewWallMs, acquireTime, transitions, resourceVersion } = record;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...metadata, ...(resourceVersion !== '' && { resourceVersion }) },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationMs / 1000,
      renewTime: microTime(renewWallMs),
      acquireTime,
      leaseTransitions: transitions,
    },
  };
}

/** Kubernetes' MicroTime: RFC 3339 with six decimals, no fewer. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}

/** Whether a holder wrote between the two: labels and annotations that others set are no sign of life. */
export function isSameTerm(one: LeaseRecord, other: LeaseRecord): boolean {
  return (
    one.holder === other.holder &&
    one.renewWallMs === other.renewWallMs &&
    one.acquireTime === other.acquireTime &&
    one.transitions === other.transitions
  );
}
