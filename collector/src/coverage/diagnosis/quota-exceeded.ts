/** A ResourceQuota of the namespace lets no more pods in, or lacks what it would be judged by. */
import { refusedAs } from './refused-creation.ts';

/** Holds on every eligible node that has no pod, while the refusal stands. */
export const quotaExceeded = refusedAs('QuotaExceeded');
