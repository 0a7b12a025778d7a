/** Checks of names, labels and owners in metadata, with the causes that the API server reports. */
import type { Cause } from './api-failure.ts';
import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** What is wrong with an object's metadata; empty when nothing is. */
export function checkMetadata(type: ResourceType, object: KubeObject): readonly Cause[] {
  return [...checkName(type, object.metadata.name), ...checkLabels(object)];
}

function checkName(type: ResourceType, name: string): readonly Cause[] {
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    return [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }];
  }
  const [pattern, text, limit] =
    type.naming === 'label' ? ([LABEL, LABEL_TEXT, 63] as const) : ([SUBDOMAIN, SUBDOMAIN_TEXT, 253] as const);
  if (name.length > limit) return [badValue('metadata.name', name, `must be no more than ${String(limit)} bytes`)];
  return pattern.test(name) ? [] : [badValue('metadata.name', name, text)];
}

function checkLabels(object: KubeObject): readonly Cause[] {
  return Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => {
    const causes: Cause[] = [];
    const short = key.slice(key.indexOf('/') + 1);
    if (!QUALIFIED_NAME.test(short)) causes.push(badValue('metadata.labels', key, QUALIFIED_TEXT));
    if (value.length > 63) causes.push(badValue('metadata.labels', value, 'must be no more than 63 bytes'));
    else if (!LABEL_VALUE.test(value)) causes.push(badValue('metadata.labels', value, LABEL_VALUE_TEXT));
    return causes;
  });
}

/** A cause of reason FieldValueInvalid. */
export function badValue(field: string, value: string | number, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** `generateName` with five random letters, cut so that the whole has at most 63; `random` gives numbers in [0, 1). */
export function generateName(base: string, random: () => number): string {
  const letter = (): string => SUFFIX_LETTERS.charAt(Math.floor(random() * SUFFIX_LETTERS.length));
  return base.slice(0, 58) + Array.from({ length: 5 }, letter).join('');
}

/** A version 4 UUID from the given randomness. */
export function generateUid(random: () => number): string {
  const digits = Array.from({ length: 30 }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(12, 15)}`];
  return [...parts, `${variant}${digits.slice(15, 18)}`, digits.slice(18)].join('-');
}
