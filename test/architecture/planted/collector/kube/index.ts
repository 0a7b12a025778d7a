/** Right: kube may import the contract, and the client when it is needed. */
import type { KubeConfig } from '@kubernetes/client-node';
import { WORDS } from '@rollcall/contract';

/** Loads the client. */
export async function loadClient(): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node');
  return new client.KubeConfig();
}

/** The words that a server knows. */
export const SERVED = WORDS.options;
