/** Wrong: manifests talk to the cluster. */
import { SERVED } from '@rollcall/kube'; // caught: deploy-imports

/** Used, so that the import is not the linter's business. */
export const used = SERVED;
