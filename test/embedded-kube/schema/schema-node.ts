/** The structural schema of a custom resource: the parts of OpenAPI v3 that the API server enforces. */
import type { Cause } from '../objects/api-failure.ts';
import { isJsonObject, readObject, type Json, type JsonObject } from '../objects/json.ts';

/** One node of a structural schema. CEL rules (`x-kubernetes-validations`) are carried but not evaluated. */
export type SchemaNode = {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: Json;
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
};

/** The schema of a property by name, else that of additional properties, else undefined. */
export function propertySchema(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  const properties = schema?.properties;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  const additional = schema?.additionalProperties;
  return typeof additional === 'object' ? additional : undefined;
}

/** The causes for which a schema is not structural; simplified to the commonest one: every field names its type. */
export function checkStructural(schema: JsonObject, field: string): readonly Cause[] {
  const untyped =
    schema['type'] === undefined &&
    schema['x-kubernetes-int-or-string'] !== true &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true;
  const message = 'Required value: must not be empty for specified object fields';
  const own: Cause[] = untyped ? [{ reason: 'FieldValueRequired', message, field: `${field}.type` }] : [];
  const properties = Object.entries(readObject(schema, ['properties'])).flatMap(([key, value]) =>
    isJsonObject(value) ? checkStructural(value, `${field}.properties[${key}]`) : [],
  );
  const nested = ['items', 'additionalProperties'].flatMap((key) =>
    isJsonObject(schema[key]) ? checkStructural(schema[key], `${field}.${key}`) : [],
  );
  return [...own, ...properties, ...nested];
}
