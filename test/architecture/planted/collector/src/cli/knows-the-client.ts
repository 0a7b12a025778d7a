/** Wrong: the client outside of kube. */
import { KubeConfig } from '@kubernetes/client-node'; // caught: client-node-in-kube-only, heavy-by-dynamic-import

/** Used, so that the import is not the linter's business. */
export const used = KubeConfig;
