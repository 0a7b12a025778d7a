/** Conformance of CustomResourceDefinitions and of the resources that they define. */
import assert from 'node:assert/strict';
import { readList, readPath, readText, type Json, type JsonObject } from '../objects/json.ts';
import {
  causesOf,
  describe,
  mergePatch,
  must,
  mustRefuse,
  namesOf,
  take,
  uniqueName,
  versionOf,
  watching,
  type ConformanceCase,
} from './fixtures.ts';
import { createWidgets, widget, widgetDefinition } from './widgets.ts';

const generation = (object: Json): Json | undefined => readPath(object, ['metadata', 'generation']);

const BAD_SPECS: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ['a missing required field', {}, ['FieldValueRequired spec.size']],
  ['a string for an integer', { size: 'big' }, ['FieldValueTypeInvalid spec.size']],
  ['below the minimum', { size: 0 }, ['FieldValueInvalid spec.size']],
  ['above the maximum', { size: 11 }, ['FieldValueInvalid spec.size']],
  ['outside the enum', { size: 1, color: 'blue' }, ['FieldValueNotSupported spec.color']],
  ['off the pattern', { size: 1, code: 'A1' }, ['FieldValueInvalid spec.code']],
  ['too long', { size: 1, code: 'abcdef' }, ['FieldValueTooLong spec.code']],
  ['a boolean for an int-or-string', { size: 1, port: true }, ['FieldValueTypeInvalid spec.port']],
  ['too few items', { size: 1, tags: [] }, ['FieldValueInvalid spec.tags']],
  ['a bad item', { size: 1, tags: ['a', 2] }, ['FieldValueTypeInvalid spec.tags[1]']],
  ['a bad additional property', { size: 1, notes: { x: 1 } }, ['FieldValueTypeInvalid spec.notes.x']],
  ['not a date-time', { size: 1, at: 'yesterday' }, ['FieldValueTypeInvalid spec.at']],
  ['two faults', { size: 0, color: 'blue' }, ['FieldValueInvalid spec.size', 'FieldValueNotSupported spec.color']],
];

const schemas: readonly ConformanceCase[] = [
  {
    name: 'a schema refuses bad values with 422 and one cause a field',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        for (const [name, spec, causes] of BAD_SPECS) {
          const status = await mustRefuse(
            api.request('POST', path, { body: widget(widgets, 'a', spec) }),
            422,
            'Invalid',
          );
          assert.deepEqual(causesOf(status), causes, name);
          assert.equal(readText(status, ['details', 'kind']), 'Widget');
          assert.equal(readText(status, ['details', 'group']), widgets.group);
        }
      }),
  },
  {
    name: 'the message of a refusal names kind, object, field, value and rule',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const refusal = async (spec: JsonObject): Promise<string> => {
          const answer = api.request('POST', path, { body: widget(widgets, 'a', spec) });
          return readText(await mustRefuse(answer, 422, 'Invalid'), ['message']);
        };
        const head = `Widget.${widgets.group} "a" is invalid: `;
        assert.equal(
          await refusal({ size: 0 }),
          `${head}spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1`,
        );
        assert.equal(
          await refusal({ size: 1, color: 'blue' }),
          `${head}spec.color: Unsupported value: "blue": supported values: "red", "green"`,
        );
        assert.equal(
          await refusal({ size: 'big' }),
          `${head}spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"`,
        );
        assert.equal(await refusal({}), `${head}spec.size: Required value`);
      }),
  },
  {
    name: 'good values of every sort are accepted',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const spec = { size: 10, color: 'green', code: 'abc', port: 'http', tags: ['x'], notes: { n: 'v' } };
        const rest = {
          free: { any: [1, { deep: null }] },
          maybe: null,
          inner: { depth: 1 },
          at: '2026-01-02T03:04:05Z',
        };
        const made = await must(api.request('POST', path, { body: widget(widgets, 'a', { ...spec, ...rest }) }), 201);
        assert.deepEqual(readPath(made, ['spec']), { ...spec, ...rest });
        await must(api.request('POST', path, { body: widget(widgets, 'b', { size: 1, port: 80 }) }), 201);
      }),
  },
  {
    name: 'defaults are filled in and unknown fields pruned, with a warning',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const body = { ...widget(widgets, 'a', { size: 1, inner: { lost: 1 }, color: null, lost: true }), lost: {} };
        const answer = await api.request('POST', path, { body });
        const made = await must(Promise.resolve(answer), 201);
        assert.deepEqual(readPath(made, ['spec']), { size: 1, inner: { depth: 3 }, color: 'red' });
        assert.equal(readPath(made, ['lost']), undefined);
        const warnings = String(answer.headers['warning']);
        for (const path_ of ['lost', 'spec.lost', 'spec.inner.lost'])
          assert.ok(warnings.includes(`unknown field \\"${path_}\\"`), warnings);
      }),
  },
  {
    name: 'fieldValidation=Strict refuses unknown fields with 400, Ignore drops them in silence',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const body = widget(widgets, 'a', { size: 1, lost: true });
        const status = await mustRefuse(
          api.request('POST', `${path}?fieldValidation=Strict`, { body }),
          400,
          'BadRequest',
        );
        assert.match(readText(status, ['message']), /strict decoding error: unknown field "spec\.lost"/);
        const answer = await api.request('POST', `${path}?fieldValidation=Ignore`, { body });
        assert.deepEqual([answer.status, answer.headers['warning']], [201, undefined]);
      }),
  },
  {
    name: 'CEL rules are evaluated',
    cel: true,
    run: (api) =>
      createWidgets(
        api,
        async (path, widgets) => {
          const refused = api.request('POST', path, { body: widget(widgets, 'a', { size: 5 }) });
          const status = await mustRefuse(refused, 422, 'Invalid');
          assert.deepEqual(causesOf(status), ['FieldValueInvalid spec']);
        },
        [{ rule: 'self.size < 5', message: 'size must be small' }],
      ),
  },
];

const service: readonly ConformanceCase[] = [
  {
    name: 'custom resources are discovered, listed with kind, and read',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const made = await must(api.request('POST', path, { body: widget(widgets, 'a') }), 201);
        assert.deepEqual([generation(made), readText(made, ['apiVersion'])], [1, widgets.apiVersion]);
        const list = await must(api.request('GET', path));
        assert.deepEqual([readText(list, ['kind']), namesOf(list)], ['WidgetList', ['a']]);
        assert.equal(readText(readList(list, ['items'])[0], ['kind']), 'Widget');
        const discovery = await must(api.request('GET', `/apis/${widgets.group}/v1`));
        const names = readList(discovery, ['resources'])
          .map((row) => readText(row, ['name']))
          .sort();
        assert.deepEqual(names, ['widgets', 'widgets/status']);
      }),
  },
  {
    name: 'status moves only through /status; the generation counts the rest',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const body = { ...widget(widgets, 'a'), status: { phase: 'Good' } };
        const made = await must(api.request('POST', path, { body }), 201);
        assert.equal(readPath(made, ['status']), undefined);
        const item = `${path}/a`;
        const status = await must(mergePatch(api, `${item}/status`, { spec: { size: 9 }, status: { phase: 'Good' } }));
        assert.deepEqual([readPath(status, ['spec', 'size']), readText(status, ['status', 'phase'])], [1, 'Good']);
        assert.equal(generation(status), 1);
        const labels = await must(
          mergePatch(api, item, { metadata: { labels: { x: '1' } }, status: { phase: 'Bad' } }),
        );
        assert.deepEqual([generation(labels), readText(labels, ['status', 'phase'])], [1, 'Good']);
        const spec = await must(mergePatch(api, item, { spec: { size: 2 } }));
        assert.equal(generation(spec), 2);
        const bad = await mustRefuse(mergePatch(api, `${item}/status`, { status: { phase: 'Odd' } }), 422, 'Invalid');
        assert.deepEqual(causesOf(bad), ['FieldValueNotSupported status.phase']);
      }),
  },
  {
    name: 'an update needs a resourceVersion, and a strategic merge patch is not offered',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const made = await must(api.request('POST', path, { body: widget(widgets, 'a') }), 201);
        const blind = await mustRefuse(api.request('PUT', `${path}/a`, { body: widget(widgets, 'a') }), 422, 'Invalid');
        assert.deepEqual(causesOf(blind), ['FieldValueInvalid metadata.resourceVersion']);
        const body = { ...(made as JsonObject), spec: { size: 3 } };
        assert.equal(generation(await must(api.request('PUT', `${path}/a`, { body }))), 2);
        const headers = { 'content-type': 'application/strategic-merge-patch+json' };
        await mustRefuse(api.request('PATCH', `${path}/a`, { body: {}, headers }), 415, 'UnsupportedMediaType');
      }),
  },
  {
    name: 'a watch of custom resources sees them as a list does, across namespaces',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        const everywhere = `/apis/${widgets.group}/v1/widgets`;
        const start = versionOf(await must(api.request('GET', everywhere)));
        await watching(api, `${everywhere}?watch=1&resourceVersion=${start}`, async (watch) => {
          await must(api.request('POST', path, { body: widget(widgets, 'a') }), 201);
          await must(mergePatch(api, `${path}/a/status`, { status: { phase: 'Good' } }));
          const events = await take(watch, 2);
          assert.deepEqual(events.map(describe), ['ADDED a', 'MODIFIED a']);
          assert.equal(readText(events[1]?.object, ['status', 'phase']), 'Good');
        });
      }),
  },
  {
    name: 'deleting the definition deletes its resources, ends their watches and their service',
    run: (api) =>
      createWidgets(api, async (path, widgets) => {
        await must(api.request('POST', path, { body: widget(widgets, 'a') }), 201);
        const start = versionOf(await must(api.request('GET', path)));
        await watching(api, `${path}?watch=1&resourceVersion=${start}`, async (watch) => {
          await must(api.request('DELETE', widgets.definition));
          const seen: string[] = [];
          for await (const event of watch) seen.push(event.type);
          assert.equal(seen.at(-1), 'DELETED', String(seen));
        });
        const { status } = await api.request('GET', path);
        assert.equal(status, 404);
      }),
  },
  {
    name: 'a definition must be named after its resource and have a structural schema',
    run: async (api) => {
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const good = widgetDefinition(`${uniqueName('conformance')}.example.com`);
      const misnamed = { ...good, metadata: { name: 'gadgets.example.com' } };
      const first = await mustRefuse(api.request('POST', definitions, { body: misnamed }), 422, 'Invalid');
      assert.deepEqual(causesOf(first), ['FieldValueInvalid metadata.name']);
      const text = JSON.stringify(good).replace('"size":{"type":"integer",', '"size":{');
      const second = await mustRefuse(
        api.request('POST', definitions, { body: JSON.parse(text) as Json }),
        422,
        'Invalid',
      );
      const field = 'spec.validation.openAPIV3Schema.properties[spec].properties[size].type';
      assert.ok(causesOf(second).includes(`FieldValueRequired ${field}`), JSON.stringify(second));
    },
  },
];

/** The cases about custom resources. */
export const customResourceCases: readonly ConformanceCase[] = [...schemas, ...service];
