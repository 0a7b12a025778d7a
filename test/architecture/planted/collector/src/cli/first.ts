/** Wrong: two files in a circle. */
import { second } from './second.ts'; // caught: no-cycles

/** Used, so that the import is not the linter's business. */
export const used = second;
