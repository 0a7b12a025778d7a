/** Follows the policies of files and folders as they change. */
import { resolve, sep } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PolicyContext } from './policy-document.ts';
import type { PolicySet } from './policy-files.ts';
import { loadPolicyTexts } from './policy-load.ts';
import {
  readPolicyTexts,
  type WindowInFile,
  type PolicyInFile,
  type PolicyReading,
  type PolicyRejection,
} from './policy-text.ts';

/** A rejected document, and the policies whose previous version stays in force because of it, by namespace/name. */
export interface RejectedChange extends PolicyRejection {
  readonly inForce: readonly string[];
}

/** The policies in force, the kept ones included. A policy that did not change is the same object as before. */
export interface PolicyChange extends PolicySet {
  readonly rejected: readonly RejectedChange[];
}

/** What to watch, and with what. */
export interface PolicyFilesWatch {
  readonly paths: readonly string[];
  readonly context: PolicyContext;
  /** Called with the full set, first at the start and then after each change; must not throw. */
  readonly onChange: (change: PolicyChange) => void;
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Reads the files again and again and compares their texts, which sees every kind of change: edits that keep size and time,
 * renames, the swapped links of a mounted ConfigMap. Policies are few and small, so that this costs less than being clever.
 *
 * A document that becomes invalid is reported as rejected, while its last valid version stays in force: nobody is to lose
 * an objective over a typing error. It ends when the document is gone. A file that cannot be read or parsed, or is empty
 * (an editor may be writing it), stands for all policies that it had; a folder that lost a file has withdrawn its policies.
 *
 * Resolves when the signal aborts; never rejects.
 */
export async function watchPolicyFiles(watch: PolicyFilesWatch): Promise<void> {
  const { paths, context, onChange, intervalMs, sleep, signal } = watch;
  let seen = '';
  let inForce: InForce = { policies: [], windows: [] };
  while (!signal.aborted) {
    const texts = await loadPolicyTexts(paths);
    const now = JSON.stringify(texts);
    if (now !== seen && !signal.aborted) {
      const change = compare(inForce, readPolicyTexts(texts, context));
      seen = now;
      inForce = change.inForce;
      const { policies, windows } = inForce;
      onChange({
        policies: policies.map(({ policy }) => policy),
        windows: windows.map(({ window }) => window),
        rejected: change.rejected,
      });
    }
    await sleep(intervalMs, signal);
  }
}

/** What of the files is in force. */
interface InForce {
  readonly policies: readonly PolicyInFile[];
  readonly windows: readonly WindowInFile[];
}

interface Comparison {
  readonly inForce: InForce;
  readonly rejected: readonly RejectedChange[];
}

function compare(previous: InForce, { accepted, windows, rejected }: PolicyReading): Comparison {
  const former = new Map(previous.policies.map((entry) => [nameOf(entry), entry]));
  const keptPolicies = keep(previous.policies, accepted, rejected);
  const keptWindows = keep(previous.windows, windows, rejected);
  return {
    inForce: {
      policies: [...accepted.map((entry) => reuse(former.get(nameOf(entry)), entry)), ...keptPolicies],
      windows: [...windows, ...keptWindows],
    },
    rejected: rejected.map((rejection) => ({
      ...rejection,
      inForce: [...keptPolicies, ...keptWindows].filter((entry) => standsFor(rejection, entry)).map(nameOf),
    })),
  };
}

type Entry = PolicyInFile | WindowInFile;

/** Of the former ones those that are not there any more, but are stood for. */
function keep<T extends Entry>(
  previous: readonly T[],
  accepted: readonly T[],
  rejected: readonly PolicyRejection[],
): readonly T[] {
  const current = new Set(accepted.map(nameOf));
  const absent = previous.filter((entry) => !current.has(nameOf(entry)));
  return absent.filter((entry) => rejected.some((rejection) => standsFor(rejection, entry)));
}

// A policy that did not change stays the same object, so that whoever compares sees no change.
function reuse(former: PolicyInFile | undefined, entry: PolicyInFile): PolicyInFile {
  return former !== undefined && isDeepStrictEqual(former.policy, entry.policy)
    ? { ...entry, policy: former.policy }
    : entry;
}

function standsFor({ namespace, name, isWindow, file }: PolicyRejection, entry: Entry): boolean {
  if (name !== '') return isWindow === 'window' in entry && `${namespace}/${name}` === nameOf(entry);
  return entry.file === file || resolve(entry.file).startsWith(`${resolve(file)}${sep}`);
}

function nameOf(entry: Entry): string {
  if ('window' in entry) return `${entry.window.namespace}/${entry.window.name}`;
  return `${entry.policy.policyNamespace}/${entry.policy.name}`;
}
