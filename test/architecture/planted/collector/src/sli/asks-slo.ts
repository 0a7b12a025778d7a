/** Wrong: the core flows backwards. */
import { budget } from '../slo/index.ts'; // caught: sli-imports

/** Used, so that the import is not the linter's business. */
export const used = budget;
