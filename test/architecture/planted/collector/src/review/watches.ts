/** Wrong: a review watches. */
import { watch } from '../watch/index.ts'; // caught: review-imports

/** Used, so that the import is not the linter's business. */
export const used = watch;
