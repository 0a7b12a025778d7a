/** Wrong: what is written for tests is shipped. */
import { NODES } from '../coverage/test-nodes.ts'; // caught: test-support-in-tests-only

/** Used, so that the import is not the linter's business. */
export const used = NODES;
