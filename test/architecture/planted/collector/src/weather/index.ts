/** Wrong: a folder that the table does not know. */
import { SERVED } from '@rollcall/kube'; // caught: every-folder-has-a-row

/** Used, so that the import is not the linter's business. */
export const used = SERVED;
