/** The words for what zod finds: what is wrong with a value, and what mends it. */
import type { z } from 'zod';
import type { StructuralSchema } from './daemon-coverage-crd.ts';
import type { Path } from './daemon-coverage-faults.ts';
import type { Wording } from './daemon-coverage-fields.ts';
import { findNearest } from './daemon-coverage-nearest.ts';

/** Words for a field that the schema does not know; `parent` is the schema of the object that it is in. */
export function wordUnknown(name: string, parent: StructuralSchema | undefined): Wording {
  const known = Object.keys(parent?.properties ?? {});
  const nearest = findNearest(name, known);
  const mend = nearest === undefined ? `remove it; the fields here are ${known.join(', ')}` : `write ${nearest}`;
  return { message: 'is not a field', mend };
}

/** A value that the schema refuses: what the document has there, and what the schema says of the field. */
export interface Refused {
  readonly value: unknown;
  readonly schema: StructuralSchema | undefined;
}

/** Words for any other issue. */
export function wordIssue(issue: z.core.$ZodIssue, refused: Refused): Wording {
  const { value, schema } = refused;
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? wordMissing(schema) : wordType(issue.expected);
    case 'invalid_value':
      return wordChoice(issue.values.map(String), value);
    case 'too_small':
      return wordTooSmall(issue);
    case 'too_big':
      return wordTooBig(issue);
    case 'invalid_key':
      return wordKey(issue, refused);
    case 'custom':
      return { message: issue.message, mend: String(issue.params?.['mend']) };
    default:
      return { message: 'is not a time', mend: 'write it in RFC 3339 with its zone, such as 2027-01-31T00:00:00Z' };
  }
}

function wordMissing(schema: StructuralSchema | undefined): Wording {
  const about = schema?.description;
  return { message: 'is required', mend: about === undefined ? 'add it' : `add it: ${about}` };
}

const TYPES: Readonly<Record<string, Wording>> = {
  object: { message: 'is not an object', mend: 'write its fields below it, indented' },
  record: { message: 'is not an object', mend: 'write its fields below it, indented' },
  array: { message: 'is not a list', mend: 'write a list, each item behind a hyphen' },
  string: { message: 'is not a string', mend: 'put it in quotes' },
  boolean: { message: 'is not a boolean', mend: 'write true or false, without quotes' },
  number: { message: 'is not a number', mend: 'write a number, without quotes' },
  int: { message: 'is not a whole number', mend: 'write a whole number, without quotes' },
};

function wordType(expected: string): Wording {
  return TYPES[expected] ?? { message: `is not of type ${expected}`, mend: 'write it so' };
}

function wordChoice(choices: readonly string[], value: unknown): Wording {
  const listed = choices.join(', ');
  if (value === undefined) return { message: 'is required', mend: `add it: ${listed}` };
  const nearest = typeof value === 'string' ? findNearest(value, choices) : undefined;
  const message = choices.length === 1 ? `is not ${listed}` : `is none of ${listed}`;
  return {
    message,
    mend: nearest === undefined ? `write ${choices.length === 1 ? listed : 'one of them'}` : `write ${nearest}`,
  };
}

function wordTooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): Wording {
  switch (origin) {
    case 'string':
      return { message: 'is empty', mend: 'write something, or leave the field out' };
    case 'array':
      return { message: 'is empty', mend: 'name something, or leave the field out' };
    default:
      return inclusive === true
        ? { message: `is below ${minimum}`, mend: `write ${minimum} or more` }
        : { message: `is not above ${minimum}`, mend: `write more than ${minimum}` };
  }
}

function wordTooBig({ origin, maximum }: z.core.$ZodIssueTooBig): Wording {
  switch (origin) {
    case 'string':
      return { message: `is longer than ${maximum} characters`, mend: 'shorten it' };
    case 'array':
      return { message: `has more than ${maximum} items`, mend: `write at most ${maximum}` };
    default:
      return { message: `is above ${maximum}`, mend: `write ${maximum} or less` };
  }
}

function wordKey({ issues: [cause] }: z.core.$ZodIssueInvalidKey, refused: Refused): Wording {
  return cause === undefined
    ? { message: 'is not a key', mend: 'rename it' }
    : wordIssue(cause as z.core.$ZodIssue, refused);
}

/** The schema of the field at a path; undefined where there is none. */
export function schemaAt(root: StructuralSchema, path: Path): StructuralSchema | undefined {
  return path.reduce<StructuralSchema | undefined>((schema, key) => {
    if (typeof key === 'number') return schema?.items;
    const fields = schema?.properties ?? {};
    return Object.hasOwn(fields, key) ? fields[String(key)] : schema?.additionalProperties;
  }, root);
}
