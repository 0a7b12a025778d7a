/** Wrong: one shell knows the other. */
import { watch } from '../watch/index.ts'; // caught: http-imports

/** Used, so that the import is not the linter's business. */
export const used = watch;
