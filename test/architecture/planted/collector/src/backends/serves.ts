/** Wrong: one shell knows the other. */
import { createApp } from '../http/index.ts'; // caught: backends-imports

/** Used, so that the import is not the linter's business. */
export const used = createApp;
