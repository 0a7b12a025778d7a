/** kube-state-metrics, which the bench measures beside the collector, and Loki, which it asks (each built in minutes, kept where the control plane's programs are). */
import { existsSync } from 'node:fs';
import { cacheFolder, cachePath, lokiRecipe, peerRecipe, slothRecipe } from './binaries.ts';
import { ensureBinary } from './build.ts';

/** The command that builds it, for messages. */
export const PEER_COMMAND = 'make peers';

/** The path of the program if it was built. */
export async function findPeer(): Promise<string | undefined> {
  const path = await cachePath(peerRecipe, cacheFolder(process.env));
  return existsSync(path) ? path : undefined;
}

/** The path of the program, built first if it was not. */
export function ensurePeer(): Promise<string> {
  return ensureBinary(peerRecipe);
}

/** The same of Loki. */
export function ensureLoki(): Promise<string> {
  return ensureBinary(lokiRecipe);
}

/** The same of Sloth. */
export function ensureSloth(): Promise<string> {
  return ensureBinary(slothRecipe);
}
