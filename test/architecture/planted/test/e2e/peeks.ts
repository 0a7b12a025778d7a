/** Wrong: a test comes in by the window. */
import { judge } from '../../collector/src/coverage/index.ts'; // caught: test-imports, through-the-door

/** Used, so that the import is not the linter's business. */
export const used = judge;
