/** Wrong: the core flows backwards. */
import { read } from '../sli/index.ts'; // caught: coverage-imports

/** Used, so that the import is not the linter's business. */
export const used = read;
