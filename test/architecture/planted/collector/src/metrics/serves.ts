/** Wrong: metrics knows who serves them. */
import { createApp } from '../http/index.ts'; // caught: metrics-imports

/** Used, so that the import is not the linter's business. */
export const used = createApp;
