/** Wrong: the shell calls the core. */
import { read } from '../sli/index.ts'; // caught: journal-types

/** Used, so that the import is not the linter's business. */
export const used = read;
