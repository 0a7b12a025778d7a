/** Wrong: a route reaches around its functions. */
import { read } from '../sli/index.ts'; // caught: http-types

/** Used, so that the import is not the linter's business. */
export const used = read;
