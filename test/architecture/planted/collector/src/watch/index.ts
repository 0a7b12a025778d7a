/** Right: watch may import kube, the types of the core, and Node's own modules. */
import { hostname } from 'node:os';
import { SERVED } from '@rollcall/kube';
import type { Entry } from '../inventory/index.ts';

/** Watches nothing. */
export function watch(entry: Entry): string {
  return hostname() + entry.word + SERVED.join();
}
