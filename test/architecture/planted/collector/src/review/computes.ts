/** Wrong: a review computes. */
import { budget } from '../slo/index.ts'; // caught: review-types

/** Used, so that the import is not the linter's business. */
export const used = budget;
