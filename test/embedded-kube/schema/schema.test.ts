import { describe, expect, it } from 'vitest';
import { applyDefaults, pruneUnknown } from './prune.ts';
import type { SchemaNode } from './schema-node.ts';
import { validate } from './validate.ts';

const text: SchemaNode = { type: 'string' };

describe('validation', () => {
  it.each<[string, SchemaNode, Parameters<typeof validate>[0], string[]]>([
    ['an integer as a number', { type: 'number' }, 3, []],
    ['a fraction as an integer', { type: 'integer' }, 1.5, ['x in body must be of type integer: "number"']],
    ['null', { type: 'string' }, null, ['x in body must be of type string: "null"']],
    ['null where it may be', { type: 'string', nullable: true }, null, []],
    ['an exclusive bound', { type: 'integer', minimum: 1, exclusiveMinimum: true }, 1, ['should be greater than 1']],
    ['a multiple', { type: 'integer', multipleOf: 5 }, 7, ['should be a multiple of 5']],
    ['short', { type: 'string', minLength: 2 }, 'é', ['should be at least 2 chars long']],
    ['a Unicode class', { type: 'string', pattern: '^\\P{Cc}*$' }, 'any words', []],
    ['outside a Unicode class', { type: 'string', pattern: '^\\P{Cc}*$' }, 'a\u0007', ['should match']],
    ['an escape of RE2', { type: 'string', pattern: '^a\\-b$' }, 'a-b', []],
    ['too many items', { type: 'array', items: text, maxItems: 1 }, ['a', 'b'], ['must have at most 1 item']],
    [
      'too many properties',
      { type: 'object', additionalProperties: text, maxProperties: 1 },
      { a: 'b', c: 'd' },
      ['Too many: 2'],
    ],
    ['a set', { type: 'array', items: text, 'x-kubernetes-list-type': 'set' }, ['a', 'a'], ['Duplicate value: "a"']],
    [
      'a list as a map',
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [
        { k: 1, v: 1 },
        { k: 1, v: 2 },
      ],
      ['Duplicate value: {"k":1}'],
    ],
    ['anyOf', { type: 'integer', anyOf: [{ minimum: 5 }, { maximum: 1 }] }, 3, ['at least one schema (anyOf)']],
    ['oneOf', { type: 'integer', oneOf: [{ minimum: 1 }, { maximum: 5 }] }, 3, ['one and only one schema (oneOf)']],
    ['not', { type: 'integer', not: { minimum: 1 } }, 3, ['must not validate the schema (not)']],
    ['allOf', { type: 'integer', allOf: [{ minimum: 5 }] }, 3, ['greater than or equal to 5']],
    ['a date', { type: 'string', format: 'date' }, '2026-13-40', ['must be of type date']],
    ['a format that nobody checks', { type: 'string', format: 'color' }, 'loud', []],
  ])('%s', (_, schema, value, messages) => {
    const found = validate(value, schema, 'x').map(({ message }) => message);
    expect(found).toHaveLength(messages.length);
    messages.forEach((message, i) => expect(found[i]).toContain(message));
  });
});

describe('pruning and defaults', () => {
  const schema: SchemaNode = {
    type: 'object',
    properties: {
      known: { type: 'object', properties: { a: { ...text, default: 'A' }, b: text } },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'object' } } },
      list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 1 } } } },
      map: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { n: { type: 'integer', default: 2 } } },
      },
      whole: { type: 'object', default: {}, properties: { deep: { ...text, default: 'D' } } },
    },
  };

  it('prunes what the schema does not know and says where', () => {
    const object = {
      apiVersion: 'v1',
      metadata: { anything: 1 },
      stray: 1,
      known: { b: 'x', c: 1 },
      free: { any: { thing: 1 }, known: { gone: 1 } },
      list: [{ n: 1, m: 2 }],
      map: { k: { n: 1, m: 2 } },
    };
    expect(pruneUnknown(object, schema)).toEqual({
      object: {
        apiVersion: 'v1',
        metadata: { anything: 1 },
        known: { b: 'x' },
        free: { any: { thing: 1 }, known: {} },
        list: [{ n: 1 }],
        map: { k: { n: 1 } },
      },
      unknown: ['free.known.gone', 'known.c', 'list[0].m', 'map.k.m', 'stray'],
    });
  });

  it('fills defaults in at every depth and drops nulls that may not be', () => {
    const object = { known: { a: null, b: null }, list: [{}, { n: 5 }], map: { k: {} } };
    expect(applyDefaults(object, schema)).toEqual({
      known: { a: 'A' },
      list: [{ n: 1 }, { n: 5 }],
      map: { k: { n: 2 } },
      whole: { deep: 'D' },
    });
  });
});
