/** Wrong: the file is not there. */
import { NOWHERE_AT_ALL } from './not-there.ts'; // caught: resolvable, type-check, unresolved

/** Used, so that the import is not the linter's business. */
export const NOWHERE = Number(NOWHERE_AT_ALL);
