/** Wrong: a fake is shipped. */
import { startServer } from '@rollcall/embedded-kube'; // caught: main-imports, nobody-imports-test

/** Used, so that the import is not the linter's business. */
export const used = startServer;
