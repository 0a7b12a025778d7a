/** Wrong: a route outside of http. */
import express from 'express'; // caught: express-in-http-only

/** Used, so that the import is not the linter's business. */
export const used = express;
