/** Wrong: a relative path walks around the exports. */
import { WORDS } from '../../contract/index.ts'; // caught: through-the-door

/** Used, so that the import is not the linter's business. */
export const used = WORDS;
