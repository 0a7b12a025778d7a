/** Wrong: the core flows backwards. */
import { judge } from '../coverage/index.ts'; // caught: inventory-imports

/** Used, so that the import is not the linter's business. */
export const used = judge;
