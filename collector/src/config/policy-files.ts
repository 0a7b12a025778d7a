/** Reads the policies of files and folders. */
import type { Policy } from '@rollcall/contract';
import type { PolicyContext } from './policy-document.ts';
import { loadPolicyTexts } from './policy-load.ts';
import { readPolicyTexts, type PolicyRejection } from './policy-text.ts';
import type { PlannedWindow } from './window-document.ts';

export type { PolicyRejection } from './policy-text.ts';

/** The policies of a set of files, and what was rejected. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly windows: readonly PlannedWindow[];
  readonly rejected: readonly PolicyRejection[];
}

/** Reads the policies of files, and of the *.yaml, *.yml and *.json in folders; never throws, what cannot be read is rejected. */
export async function readPolicies(paths: readonly string[], context: PolicyContext): Promise<PolicySet> {
  const { accepted, windows, rejected } = readPolicyTexts(await loadPolicyTexts(paths), context);
  return {
    policies: accepted.map(({ policy }) => policy),
    windows: windows.map(({ window }) => window),
    rejected,
  };
}
