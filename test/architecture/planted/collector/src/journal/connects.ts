/** Wrong: the journal talks to the cluster. */
import { SERVED } from '@rollcall/kube'; // caught: journal-imports

/** Used, so that the import is not the linter's business. */
export const used = SERVED;
