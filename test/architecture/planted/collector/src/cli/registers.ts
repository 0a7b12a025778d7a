/** Wrong: a registry outside of http. */
import { Registry } from 'prom-client'; // caught: express-in-http-only

/** Used, so that the import is not the linter's business. */
export const used = Registry;
