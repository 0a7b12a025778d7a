/** Programs that the collector and its rules are measured beside (each built in minutes, kept where the control plane's programs are). */
import { existsSync } from 'node:fs';
import {
  alertmanagerRecipes,
  cacheFolder,
  cachePath,
  lokiRecipe,
  osloRecipe,
  peerRecipe,
  promtoolRecipe,
  slothRecipe,
} from './binaries.ts';
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

/** The same of Alertmanager and its tool. */
export async function ensureNewAlertmanager(): Promise<{ readonly server: string; readonly amtool: string }> {
  const [server, amtool] = await Promise.all(alertmanagerRecipes.map(ensureBinary));
  if (server === undefined || amtool === undefined) throw new Error('alertmanagerRecipes lacks a program');
  return { server, amtool };
}

/** The same of the validator of OpenSLO documents. */
export function ensureOslo(): Promise<string> {
  return ensureBinary(osloRecipe);
}

/** The same of promtool of Prometheus 3. */
export function ensurePromtool3(): Promise<string> {
  return ensureBinary(promtoolRecipe);
}
