/** Wrong: kube drags a logger into the agent. */
import { pino } from 'pino'; // caught: kube-imports

/** Used, so that the import is not the linter's business. */
export const used = pino;
