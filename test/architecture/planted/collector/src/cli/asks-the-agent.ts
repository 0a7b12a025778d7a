/** Wrong: the collector ships the agent. */
import { AGENT } from '@rollcall/agent'; // caught: main-imports

/** Used, so that the import is not the linter's business. */
export const used = AGENT;
