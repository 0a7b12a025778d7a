/** Field selectors as in `fieldSelector=`: equality over the few fields that each resource offers. */
import { badRequest } from './api-failure.ts';
import { readPath } from './json.ts';
import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** One term; all of a selector's terms must hold. */
export type FieldTerm = { readonly path: readonly string[]; readonly value: string; readonly equal: boolean };

/** All terms must hold; an empty list matches everything. */
export type FieldSelector = readonly FieldTerm[];

// A backslash escapes a comma, an equals sign or a backslash in a value.
const TERM = /((?:\\.|[^,\\])*)(?:,|$)/gy;
const PARTS = /^([^=!]+)(==|=|!=)(.*)$/s;

/** The terms of a `fieldSelector` text; throws 400 BadRequest on a bad text or a field that the resource does not offer. */
export function parseFieldSelector(text: string, type: ResourceType): FieldSelector {
  return [...text.matchAll(TERM)].filter((match) => match[1] !== '').map((match) => parseTerm(match[1] ?? '', type));
}

/** True when the object meets every term; an absent field reads as '' (an absent boolean as 'false'). */
export function matchesFields(selector: FieldSelector, object: KubeObject): boolean {
  return selector.every(({ path, value, equal }) => (readField(object, path) === value) === equal);
}

function parseTerm(term: string, type: ResourceType): FieldTerm {
  const [, field = '', operator = '', escaped = ''] = PARTS.exec(term) ?? [];
  if (field === '') throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const offered = ['metadata.name', ...(type.namespaced ? ['metadata.namespace'] : []), ...type.fields];
  if (!offered.includes(field)) throw badRequest(`field label not supported: ${field}`);
  return { path: field.split('.'), value: escaped.replace(/\\(.)/gs, '$1'), equal: operator !== '!=' };
}

const BOOLEANS = new Set(['unschedulable', 'hostNetwork']);

function readField(object: KubeObject, path: readonly string[]): string {
  const value = readPath(object, path);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return BOOLEANS.has(path.at(-1) ?? '') ? 'false' : '';
}
