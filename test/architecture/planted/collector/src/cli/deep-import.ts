/** Wrong: a path behind the door. */
import { WORDS } from '@rollcall/contract/words.ts'; // caught: deep-import, resolvable

/** Used, so that the import is not the linter's business. */
export const used = WORDS;
