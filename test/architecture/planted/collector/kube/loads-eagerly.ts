/** Wrong: 124 MB at start. */
import { KubeConfig } from '@kubernetes/client-node'; // caught: heavy-by-dynamic-import

/** Used, so that the import is not the linter's business. */
export const used = KubeConfig;
