/** Wrong: configuration starts something. */
import { watch } from '../watch/index.ts'; // caught: config-imports

/** Used, so that the import is not the linter's business. */
export const used = watch;
