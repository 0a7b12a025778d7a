/** Wrong: dashboards and rules meet. */
import { ALERTS } from '@rollcall/alerts'; // caught: dashboards-imports

/** Used, so that the import is not the linter's business. */
export const used = ALERTS;
