/** What a family of metrics is: how its samples are written. */
import type { Metric } from '@rollcall/contract';
import type { PolicyRow, PoolRow } from './policy-row.ts';
import type { Format } from './sample-text.ts';

/** One family: the samples that a policy has as a whole, which come first, and those of each of its pools; '' when it has none. */
export interface Family {
  readonly metric: Metric;
  readonly writePolicy?: (policy: PolicyRow, format: Format) => string;
  readonly writePool?: (pool: PoolRow, format: Format) => string;
}
