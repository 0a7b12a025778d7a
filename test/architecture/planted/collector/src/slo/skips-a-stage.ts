/** Wrong: slo knows objects. */
import { enter } from '../inventory/index.ts'; // caught: slo-imports

/** Used, so that the import is not the linter's business. */
export const used = enter;
