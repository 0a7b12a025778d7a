/** The building blocks of the DaemonCoverage schema: each says a rule once, for files (zod) and for the API server (OpenAPI, CEL). */
import { z } from 'zod';
import { parseDuration } from './daemon-coverage-duration.ts';

/** How a fault of a field reads: what is wrong with the value, and what to do about it. */
export interface Wording {
  readonly message: string;
  readonly mend: string;
}

/** A rule that the keywords of a schema cannot say: `cel` for the API server, `holds` for files; the two must agree. */
export interface Rule<Value> extends Wording {
  readonly cel: string;
  /** The field to blame, where it is not the object itself. */
  readonly field?: string;
  /** The fields that the rule looks at: it is not asked while one of them is at fault already. */
  readonly reads?: readonly string[];
  holds(value: Value): boolean;
}

/** The schema with rules on top, in zod and as `x-kubernetes-validations`. */
export function withRules<Output, Input>(
  schema: z.ZodType<Output, Input>,
  rules: readonly Rule<Output>[],
): z.ZodType<Output, Input> {
  const ruled = rules.reduce(
    (before, rule) =>
      before.refine((value) => rule.holds(value), {
        error: rule.message,
        params: { mend: rule.mend },
        path: rule.field === undefined ? [] : [rule.field],
        when: ({ issues }) => !issues.some((issue) => touches(issue, rule.reads ?? [])),
      }),
    schema,
  );
  return ruled.meta({ 'x-kubernetes-validations': rules.map(toValidation) });
}

function touches(issue: z.core.$ZodRawIssue, reads: readonly string[]): boolean {
  if (issue.code === 'unrecognized_keys') return false;
  const field = issue.path?.[0];
  return field === undefined || reads.includes(String(field));
}

function toValidation({
  cel,
  field,
  message,
  mend,
}: Pick<Rule<unknown>, 'cel' | 'field' | 'message' | 'mend'>): Readonly<Record<string, string>> {
  return { rule: cel, message: `${message}; ${mend}`, ...(field === undefined ? {} : { fieldPath: `.${field}` }) };
}

/** A string's pattern, which must mean the same in JavaScript and in RE2, and its length in code points, as the API server counts (`min` 1 unless said). */
interface Form extends Wording {
  readonly pattern: string;
  readonly min?: number;
  readonly max: number;
}

/** A string of a form. */
export function textOf({ pattern, min = 1, max, message, mend }: Form): z.ZodString {
  const expression = new RegExp(pattern, 'u');
  const isLong = (text: string): boolean => text.length > max && Array.from(text).length > max;
  return z
    .string()
    .min(min)
    .refine((text) => text.length < min || isLong(text) || expression.test(text), { error: message, params: { mend } })
    .refine((text) => !isLong(text), {
      error: `is longer than ${max} characters`,
      params: { mend: 'shorten it' },
    })
    .meta({ pattern, maxLength: max });
}

/** A duration in hours, minutes and seconds, from `from` to `to`. */
export function durationOf(from: string, to: string): z.ZodType<string, string> {
  const text = textOf({
    pattern: '^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$',
    max: 16,
    message: 'is not a duration',
    mend: 'write it in hours, minutes and seconds, such as 90s, 5m or 1h30m',
  });
  const [least = NaN, most = NaN] = [parseDuration(from), parseDuration(to)];
  return withRules(text, [
    {
      cel: `duration(self) >= duration('${from}') && duration(self) <= duration('${to}')`,
      message: `is not from ${from} to ${to}`,
      mend: `write a duration from ${from} to ${to}`,
      holds: (value) => isWithin(parseDuration(value), least, most),
    },
  ]);
}

function isWithin(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}

/** A map with at most `maxProperties` entries. */
export function mapOf<Value extends z.ZodType>(key: z.ZodString, value: Value, maxProperties: number) {
  return z
    .record(key, value)
    .refine((map) => Object.keys(map).length <= maxProperties, {
      error: `has more than ${maxProperties} entries`,
      params: { mend: `write at most ${maxProperties}` },
    })
    .meta({ maxProperties });
}

/** A list of which only the whole has a meaning. */
export function listOf<Item extends z.ZodType>(item: Item, max: number): z.ZodArray<Item> {
  return z.array(item).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });
}

/** A list of words, each at most once; at least one if the list is given `min`. */
export function setOf<Item extends z.ZodType<string>>(item: Item, max: number, min = 0): z.ZodArray<Item> {
  return distinct(z.array(item).min(min).max(max), (word) => word).meta({ 'x-kubernetes-list-type': 'set' });
}

/** A list of objects, each with another value of the field `key`. */
export function mapListOf<Item extends z.ZodType>(item: Item, key: string, max: number): z.ZodArray<Item> {
  return distinct(z.array(item).max(max), (entry) => (entry as Readonly<Record<string, unknown>>)[key]).meta({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  });
}

function distinct<Item extends z.ZodType>(
  list: z.ZodArray<Item>,
  identify: (item: z.output<Item>) => unknown,
): z.ZodArray<Item> {
  return list.superRefine((items, context) => {
    const seen = new Set<unknown>();
    items.forEach((item, index) => {
      const identity = identify(item);
      if (seen.has(identity))
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'is there twice',
          params: { mend: 'keep one of the two' },
        });
      seen.add(identity);
    });
  });
}

const DNS_LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const DNS_SUBDOMAIN = `${DNS_LABEL}([.]${DNS_LABEL})*`;
const LABEL_NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?';

/** A namespace's name (RFC 1123 label). */
export const namespaceName = textOf({
  pattern: `^${DNS_LABEL}$`,
  max: 63,
  message: 'is not a namespace name',
  mend: 'write lower-case letters, digits and inner hyphens, at most 63 characters',
});

/** An object's name (RFC 1123 subdomain). */
export const objectName = textOf({
  pattern: `^${DNS_SUBDOMAIN}$`,
  max: 253,
  message: 'is not an object name',
  mend: 'write lower-case letters, digits, inner hyphens and dots, at most 253 characters',
});

/** The key of a label or an annotation. */
export const labelKey = textOf({
  pattern: `^(${DNS_SUBDOMAIN}/)?${LABEL_NAME}$`,
  max: 317,
  message: 'is not a label or annotation key',
  mend: 'write it as name or prefix/name, such as example.com/pool',
});

/** The value of a label or a taint, which may be empty. */
export const labelValue = textOf({
  pattern: `^(${LABEL_NAME})?$`,
  min: 0,
  max: 63,
  message: 'is not a label value',
  mend: 'write at most 63 letters, digits, inner hyphens, underscores and dots',
});

/** The name of a node pool: a label's value, or `none`. */
export const poolName = textOf({
  pattern: `^${LABEL_NAME}$`,
  max: 63,
  message: 'is not the name of a pool',
  mend: 'write the value of the pool label, or none for nodes without one',
});

/** A key of a taint, or a prefix of keys when it ends in `*`. */
export const taintKey = textOf({
  pattern: '^[A-Za-z0-9][-A-Za-z0-9_./]*[*]?$',
  max: 317,
  message: 'is not a taint key',
  mend: 'write the key as kubectl shows it, with * as its last character for a prefix',
});

/** A moment in RFC 3339, with its zone. */
export const timestamp = z.iso.datetime({ offset: true });

/** One line of prose for people. */
export function lineOf(max: number): z.ZodString {
  return textOf({
    pattern: '^\\P{Cc}*$',
    max,
    message: 'is more than one line of text',
    mend: 'write one line without control characters',
  });
}
