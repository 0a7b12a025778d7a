/** Checks a document against the schema of DaemonCoverage: all faults at once, each with field, value and mend. */
import type { z } from 'zod';
import { structuralSchema, type StructuralSchema } from './daemon-coverage-crd.ts';
import { faultAt, valueAt, type PolicyFault } from './daemon-coverage-faults.ts';
import { schemaAt, wordIssue, wordUnknown } from './daemon-coverage-words.ts';
import { policyDocument, policyHead, type DaemonCoverage } from './daemon-coverage.ts';

/** What came of a check. */
export type CheckedPolicy =
  | { readonly ok: true; readonly value: DaemonCoverage }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/**
 * Reads any value as a DaemonCoverage and applies the defaults of its schema; never throws. As in the API server, a field
 * that is null counts as absent; the status is not looked at. Of a document of another kind only the head is reported.
 */
export function checkDaemonCoverage(document: unknown): CheckedPolicy {
  const tidy = tidied(document, 0);
  const head = policyHead.safeParse(tidy);
  if (!head.success) return refuse(head.error, tidy);
  const { status: _ignored, ...rest } = head.data;
  const parsed = policyDocument.safeParse(rest);
  return parsed.success ? { ok: true, value: parsed.data } : refuse(parsed.error, tidy);
}

function refuse({ issues }: z.core.$ZodError, document: unknown): CheckedPolicy {
  const root = structuralSchema();
  // Of a value of the wrong type zod may go on to say that it is too short or too long: noise.
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('.')));
  const telling = issues.filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(path.join('.')));
  return { ok: false, faults: telling.flatMap((issue) => explain(issue, document, root)) };
}

function explain(issue: z.core.$ZodIssue, document: unknown, root: StructuralSchema): readonly PolicyFault[] {
  const schema = schemaAt(root, issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => faultAt(document, [...issue.path, key], wordUnknown(key, schema)));
  return [faultAt(document, issue.path, wordIssue(issue, { value: valueAt(document, issue.path), schema }))];
}

/** Deeper than any field of the schema; what lies below is not looked at, so that no document is too deep. */
const DEPTH = 16;

/** The document without fields that are null or undefined. A key __proto__, which zod passes over, becomes one that no rule allows. */
function tidied(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => tidied(item, depth + 1));
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [name === '__proto__' ? '(__proto__)' : name, tidied(field, depth + 1)]),
  );
}
