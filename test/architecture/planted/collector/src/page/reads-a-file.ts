/** Wrong: the page runs on the server. */
import { readFileSync } from 'node:fs'; // caught: page-imports

/** Used, so that the import is not the linter's business. */
export const used = readFileSync;
