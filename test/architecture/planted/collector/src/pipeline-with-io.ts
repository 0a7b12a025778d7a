/** Wrong: the pure path does I/O. */
import { watch } from './watch/index.ts'; // caught: pipeline-imports

/** Used, so that the import is not the linter's business. */
export const used = watch;
