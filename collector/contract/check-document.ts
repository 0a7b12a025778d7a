/** Checks a document against a schema: all faults at once, each with field, value and mend. */
import type { z } from 'zod';
import type { StructuralSchema } from './daemon-coverage-crd.ts';
import { faultAt, valueAt, type PolicyFault } from './daemon-coverage-faults.ts';
import { schemaAt, wordIssue, wordUnknown } from './daemon-coverage-words.ts';

/** What came of a check. */
export type Checked<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** What a document is held against. `root` is asked for only to word faults. */
export interface DocumentSchema<Value> {
  /** What tells it from documents of other kinds, of which nothing else is reported. */
  readonly head: z.ZodType;
  readonly whole: z.ZodType<Value>;
  readonly root: () => StructuralSchema;
}

/** Reads any value; never throws. As in the API server, a field that is null counts as absent; the status is not looked at. */
export function checkDocument<Value>(document: unknown, { head, whole, root }: DocumentSchema<Value>): Checked<Value> {
  const tidy = tidied(document, 0);
  const found = head.safeParse(tidy);
  if (!found.success) return refuse(found.error, tidy, root());
  const { status: _ignored, ...rest } = Object(found.data) as Readonly<Record<string, unknown>>;
  const parsed = whole.safeParse(rest);
  return parsed.success ? { ok: true, value: parsed.data } : refuse(parsed.error, tidy, root());
}

function refuse<Value>({ issues }: z.core.$ZodError, document: unknown, root: StructuralSchema): Checked<Value> {
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
