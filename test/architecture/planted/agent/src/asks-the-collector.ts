/** Wrong: the agent ships the collector. */
import { read } from '@rollcall/collector'; // caught: agent-imports

/** Used, so that the import is not the linter's business. */
export const used = read;
