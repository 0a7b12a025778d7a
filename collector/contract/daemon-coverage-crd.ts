/** The CustomResourceDefinition of DaemonCoverage, made from its schema; structural, as apiextensions/v1 demands. */
import { z } from 'zod';
import { POLICY_KIND, policySchemas } from './daemon-coverage.ts';
import { GROUP, VERSION } from './watched-kinds.ts';

/** One CEL rule of a schema (apiextensions/v1 ValidationRule). */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** The keywords that a structural schema of ours uses (apiextensions/v1 JSONSchemaProps). */
export interface StructuralSchema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
}

/** The schema of a DaemonCoverage as the API server has it. */
export function structuralSchema(): StructuralSchema {
  return {
    type: 'object',
    description: 'DaemonCoverage says which nodes must run the daemon of one DaemonSet, and what counts as covered.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: structuralOf(policySchemas.spec),
      status: structuralOf(policySchemas.status),
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

/** A schema of ours as the API server has it. */
export function structuralOf(schema: z.ZodType): StructuralSchema {
  return toStructural(z.toJSONSchema(schema, { io: 'input', target: 'openapi-3.0' }));
}

/**
 * Drops what a structural schema may not hold. Unknown fields are pruned or refused by the API server itself, so that
 * `additionalProperties: false` goes; zod's patterns of formats and its bounds of safe integers say nothing that
 * `format` and `type` do not; empty lists and maps as defaults would only fill every object that is stored.
 */
function toStructural(schema: Json): StructuralSchema {
  const { type, description, ...rest } = schema;
  const kept = Object.entries(rest).filter(([keyword, value]) => !isNoise(schema, keyword, value));
  const keywords = Object.fromEntries(kept.map(([keyword, value]) => [keyword, convert(keyword, value)]));
  const structural = { type, ...(description === undefined ? {} : { description }), ...keywords } as StructuralSchema;
  return 'default' in structural && structural.properties !== undefined
    ? { ...structural, default: defaultsOf(structural.properties) }
    : structural;
}

// Spelt out, since the API server judges a default by the rules before it fills in the defaults within.
function defaultsOf(properties: Readonly<Record<string, StructuralSchema>>): Json {
  const defaults = Object.entries(properties).filter(([, field]) => 'default' in field);
  return Object.fromEntries(defaults.map(([name, field]) => [name, field.default]));
}

function isNoise(schema: Json, keyword: string, value: unknown): boolean {
  switch (keyword) {
    case 'additionalProperties':
      return value === false;
    case 'pattern':
      return 'format' in schema;
    case 'minimum':
    case 'maximum':
      return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
    case 'minLength':
    case 'minItems':
      return value === 0;
    case 'default':
      return Object.keys(Object(value)).length === 0 && typeof value === 'object' && !('properties' in schema);
    default:
      return false;
  }
}

function convert(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'items':
    case 'additionalProperties':
      return toStructural(value as Json);
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Json).map(([name, field]) => [name, toStructural(field as Json)]),
      );
    default:
      return value;
  }
}

const columns = [
  {
    name: 'DaemonSet',
    type: 'string',
    jsonPath: '.spec.daemonSet.name',
    description: 'The DaemonSet that the nodes must run.',
  },
  {
    name: 'Expected',
    type: 'integer',
    jsonPath: '.status.counts.expected',
    description: 'Nodes that should run the daemon now.',
  },
  {
    name: 'Covered',
    type: 'integer',
    jsonPath: '.status.counts.covered',
    description: 'Expected nodes that are healthy on every layer.',
  },
  { name: 'Coverage', type: 'string', jsonPath: '.status.coverage', description: 'Covered of expected nodes.' },
  {
    name: 'Budget Left',
    type: 'string',
    jsonPath: '.status.budgetRemaining',
    description: 'What is left of the error budget of the coverage objective.',
  },
  {
    name: 'Worst Reason',
    type: 'string',
    jsonPath: '.status.worstReason',
    description: 'Reason of the most uncovered nodes.',
  },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'False when the policy is rejected or in conflict.',
  },
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'Time since the policy was made.',
  },
] as const;

/** What a CustomResourceDefinition of ours says beside what all of them have in common. */
interface Definition<Columns> {
  readonly plural: string;
  readonly kind: string;
  readonly shortName: string;
  readonly schema: StructuralSchema;
  readonly columns: Columns;
  /** Absent for one without a status. */
  readonly subresources?: { readonly status: object };
}

/** A CustomResourceDefinition (apiextensions.k8s.io/v1) of our group: namespaced, of one version. */
export function defineResource<Columns>({
  plural,
  kind,
  shortName,
  schema,
  columns,
  subresources,
}: Definition<Columns>) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames: [shortName] },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(subresources && { subresources }),
          additionalPrinterColumns: columns,
        },
      ],
    },
  } as const;
}

/** The CustomResourceDefinition of the policies. */
export function daemonCoverageCrd() {
  return defineResource({
    plural: 'daemoncoverages',
    kind: POLICY_KIND,
    shortName: 'dcov',
    schema: structuralSchema(),
    columns,
    subresources: { status: {} },
  });
}
