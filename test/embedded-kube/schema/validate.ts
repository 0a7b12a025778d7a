/** Validation of a custom resource against its structural schema, with the causes that the API server reports. */
import type { Cause } from '../objects/api-failure.ts';
import { equalJson, isJsonArray, isJsonObject, member, type Json, type JsonObject } from '../objects/json.ts';
import { matchesFormat } from './formats.ts';
import type { SchemaNode } from './schema-node.ts';

/** What is wrong with a value; empty when nothing is. `path` is the field's name from the root, '' there. */
export function validate(value: Json, schema: SchemaNode, path: string): readonly Cause[] {
  return [
    ...checkType(value, schema, path),
    ...(value === null ? [] : checkByType(value, schema, path)),
    ...checkEnum(value, schema, path),
    ...(value === null ? [] : checkCombinations(value, schema, path)),
  ];
}

function checkByType(value: Json, schema: SchemaNode, path: string): readonly Cause[] {
  if (typeof value === 'string') return checkString(value, schema, path);
  if (typeof value === 'number') return checkNumber(value, schema, path);
  if (isJsonArray(value)) return checkArray(value, schema, path);
  return isJsonObject(value) ? checkObject(value, schema, path) : [];
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

function checkType(value: Json, schema: SchemaNode, path: string): readonly Cause[] {
  const wanted = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [schema.type ?? ''];
  if (wanted[0] === '') return [];
  const found = typeName(value);
  const fits = wanted.includes(found) || (found === 'integer' && wanted.includes('number'));
  if (fits || (found === 'null' && schema.nullable === true)) return [];
  const message = `${path} in body must be of type ${wanted.join(',')}: "${found}"`;
  return [{ reason: 'FieldValueTypeInvalid', message: `Invalid value: "${found}": ${message}`, field: path }];
}

function bad(value: Json, path: string, why: string): Cause {
  const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`;
  return { reason: 'FieldValueInvalid', message, field: path };
}

function checkEnum(value: Json, schema: SchemaNode, path: string): readonly Cause[] {
  if (schema.enum === undefined || schema.enum.some((allowed) => equalJson(allowed, value))) return [];
  const allowed = schema.enum.map((item) => JSON.stringify(typeof item === 'string' ? item : JSON.stringify(item)));
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.join(', ')}`;
  return [{ reason: 'FieldValueNotSupported', message, field: path }];
}

/** The server's patterns are RE2's: like JavaScript's Unicode ones, but with escapes that only the plain ones allow. */
function toRegExp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}

function checkString(value: string, schema: SchemaNode, path: string): readonly Cause[] {
  const { length } = Array.from(value);
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    const unit = schema.maxLength === 1 ? 'byte' : 'bytes';
    const message = `Too long: may not be more than ${String(schema.maxLength)} ${unit}`;
    return [{ reason: 'FieldValueTooLong', message, field: path }];
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    return [bad(value, path, `should be at least ${String(schema.minLength)} chars long`)];
  }
  if (schema.pattern !== undefined && !toRegExp(schema.pattern).test(value)) {
    return [bad(value, path, `should match '${schema.pattern}'`)];
  }
  if (schema.format !== undefined && !matchesFormat(value, schema.format)) {
    const cause = bad(value, path, `must be of type ${schema.format}: ${JSON.stringify(value)}`);
    return [{ ...cause, reason: 'FieldValueTypeInvalid' }];
  }
  return [];
}

function checkNumber(value: number, schema: SchemaNode, path: string): readonly Cause[] {
  const { minimum = -Infinity, maximum = Infinity, multipleOf = 0, exclusiveMinimum, exclusiveMaximum } = schema;
  const above = exclusiveMinimum === true ? value > minimum : value >= minimum;
  const below = exclusiveMaximum === true ? value < maximum : value <= maximum;
  const orEqual = (exclusive: boolean | undefined): string => (exclusive === true ? '' : ' or equal to');
  const rules = [
    { holds: multipleOf === 0 || Number.isInteger(value / multipleOf), words: `a multiple of ${String(multipleOf)}` },
    { holds: above, words: `greater than${orEqual(exclusiveMinimum)} ${String(minimum)}` },
    { holds: below, words: `less than${orEqual(exclusiveMaximum)} ${String(maximum)}` },
  ];
  return rules.filter(({ holds }) => !holds).map(({ words }) => bad(value, path, `should be ${words}`));
}

function tooMany(count: number, limit: number, path: string): Cause {
  const message = `Too many: ${String(count)}: must have at most ${String(limit)} ${limit === 1 ? 'item' : 'items'}`;
  return { reason: 'FieldValueTooMany', message, field: path };
}

function checkArray(value: readonly Json[], schema: SchemaNode, path: string): readonly Cause[] {
  const { items, minItems, maxItems } = schema;
  const causes = items === undefined ? [] : value.flatMap((item, i) => validate(item, items, `${path}[${String(i)}]`));
  if (minItems !== undefined && value.length < minItems) {
    causes.push(bad(value.length, path, `should have at least ${String(minItems)} items`));
  }
  if (maxItems !== undefined && value.length > maxItems) causes.push(tooMany(value.length, maxItems, path));
  return [...causes, ...checkUnique(value, schema, path)];
}

function checkUnique(value: readonly Json[], schema: SchemaNode, path: string): readonly Cause[] {
  const identity = identityOf(schema);
  if (identity === undefined) return [];
  return value.flatMap((item, i) => {
    const id = identity(item);
    if (!value.slice(0, i).some((earlier) => equalJson(identity(earlier), id))) return [];
    const message = `Duplicate value: ${JSON.stringify(id)}`;
    return [{ reason: 'FieldValueDuplicate', message, field: `${path}[${String(i)}]` }];
  });
}

function identityOf(schema: SchemaNode): ((item: Json) => Json) | undefined {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return (item) => item;
    case 'map':
      return (item) => Object.fromEntries(keys.map((key) => [key, member(item, key)])) as JsonObject;
    default:
      return undefined;
  }
}

function checkObject(value: JsonObject, schema: SchemaNode, path: string): readonly Cause[] {
  const child = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const properties = schema.properties ?? {};
  const causes = Object.keys(value).flatMap((key) => {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    const applying = known ?? rest;
    return applying === undefined ? [] : validate(value[key] ?? null, applying, child(key));
  });
  const absent = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
  const missing = absent.map((key) => ({ reason: 'FieldValueRequired', message: 'Required value', field: child(key) }));
  return [...causes, ...checkCount(Object.keys(value).length, schema, path), ...missing];
}

function checkCount(count: number, { minProperties, maxProperties }: SchemaNode, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  if (minProperties !== undefined && count < minProperties) {
    causes.push(bad(count, path, `should have at least ${String(minProperties)} properties`));
  }
  if (maxProperties !== undefined && count > maxProperties) causes.push(tooMany(count, maxProperties, path));
  return causes;
}

function checkCombinations(value: Json, schema: SchemaNode, path: string): readonly Cause[] {
  const holds = (part: SchemaNode): boolean => validate(value, part, path).length === 0;
  const all = (schema.allOf ?? []).flatMap((part) => validate(value, part, path));
  const rules = [
    { broken: schema.anyOf !== undefined && !schema.anyOf.some(holds), words: 'at least one schema (anyOf)' },
    {
      broken: schema.oneOf !== undefined && schema.oneOf.filter(holds).length !== 1,
      words: 'one and only one schema (oneOf)',
    },
    { broken: schema.not !== undefined && holds(schema.not), words: 'not validate the schema (not)' },
  ];
  const broken = rules.filter((rule) => rule.broken);
  return [...all, ...broken.map((rule) => combination(value, path, rule.words))];
}

function combination(value: Json, path: string, words: string): Cause {
  const verb = words.startsWith('not') ? 'must' : 'must validate';
  const message = `Invalid value: ${JSON.stringify(value)}: "${path}" ${verb} ${words}`;
  return { reason: 'FieldValueInvalid', message, field: path };
}
