/** What a fault of a policy is, and how it is shown. */
import type { Wording } from './daemon-coverage-fields.ts';

/** One fault of a policy. */
export interface PolicyFault extends Wording {
  /** Path of the field, such as spec.exemptions[0].expires; '' for the document as a whole. */
  readonly field: string;
  /** The value as given: a scalar as JSON cut to a short line, else its kind; '' when the field is absent. */
  readonly value: string;
}

/** The way to a field: names and indexes. */
export type Path = readonly PropertyKey[];

/** A fault of the field at `path` of `document`. */
export function faultAt(document: unknown, path: Path, { message, mend }: Wording): PolicyFault {
  return { field: nameField(path), value: show(valueAt(document, path)), message, mend };
}

/** The value at a path of any value; undefined where there is none. Looks at own fields only. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    const owned = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return owned ? Reflect.get(value, key) : undefined;
  }, document);
}

/** A fault in one line: `field: value: message; mend`. */
export function formatFault({ field, value, message, mend }: PolicyFault): string {
  const subject = [field, value].filter((part) => part !== '').join(': ');
  return `${subject === '' ? '' : `${subject}: `}${message}; ${mend}`;
}

function nameField(path: Path): string {
  const name = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
  });
  return name.join('').replace(/^[.]/, '');
}

const SHOWN = 60;

function show(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? `${value}` : 'an object';
}
