/** Wrong: the contract does I/O. */
import { readFileSync } from 'node:fs'; // caught: contract-imports

/** Used, so that the import is not the linter's business. */
export const used = readFileSync;
