/** Wrong: metrics computes. */
import { read } from '../sli/index.ts'; // caught: metrics-types

/** Used, so that the import is not the linter's business. */
export const used = read;
