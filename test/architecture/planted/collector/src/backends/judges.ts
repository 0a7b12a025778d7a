/** Wrong: the shell calls the core. */
import { judge } from '../coverage/index.ts'; // caught: backends-types

/** Used, so that the import is not the linter's business. */
export const used = judge;
