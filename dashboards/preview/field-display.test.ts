/** Values look as the JSON says. */
import { expect, test } from 'vitest';
import type { FieldSettings } from './dashboard.ts';
import { colorSeries, nameField, settleField, showValue } from './field-display.ts';
import type { Field } from './frame.ts';

const field: Field = { name: 'Value', type: 'number', values: [], displayName: 'gpu', labels: { pool: 'gpu' } };
const steps = [
  { value: null, color: '#D55E00' },
  { value: 0.95, color: 'orange' },
  { value: 0.99, color: '#0072B2' },
];
const share: FieldSettings = { unit: 'percentunit', thresholds: { mode: 'absolute', steps } };

test.each([
  [0.5, { text: '50%', color: '#D55E00' }],
  [0.95, { text: '95%', color: '#FF780A' }],
  [1, { text: '100%', color: '#0072B2' }],
] as const)('%d has the colour of the step it has reached', (value, shown) => {
  expect(showValue(value, share)).toEqual(shown);
});

test('what has no value says so, in the colour of the lowest step', () => {
  expect(showValue(null, { ...share, noValue: 'none' })).toEqual({ text: 'none', color: '#D55E00' });
});

test('mappings win over units and thresholds, the first that matches over the others', () => {
  const mappings = [
    { type: 'value', options: { 1: { text: 'leader' } } },
    { type: 'range', options: { from: 0, to: null, result: { text: 'other', color: 'blue' } } },
    { type: 'special', options: { match: 'null', result: { text: 'gone' } } },
  ];
  const shown = [1, 3, null, -1].map((value) => showValue(value, { ...share, mappings }).text);
  expect(shown).toEqual(['leader', 'other', 'gone', '-100%']);
  expect(showValue(3, { mappings }).color).toBe('#3274D9');
  const regex = [{ type: 'regex', options: { pattern: '/^ip-(.*)/', result: { text: '$1' } } }];
  expect(showValue('ip-10', { mappings: regex }).text).toBe('10');
});

test.each([
  ['byName', 'gpu'],
  ['byName', 'Value'],
  ['byRegexp', '/^g/'],
  ['byNames', { names: ['gpu'] }],
  ['byFrameRefID', 'B'],
  ['byType', 'number'],
])('an override by %s %j changes the field', (id, options) => {
  const properties = [
    { id: 'unit', value: 's' },
    { id: 'custom.lineWidth', value: 3 },
  ];
  const config = { defaults: { custom: { fillOpacity: 8 } }, overrides: [{ matcher: { id, options }, properties }] };
  expect(settleField(config, field, 'B')).toEqual({ unit: 's', custom: { fillOpacity: 8, lineWidth: 3 } });
});

test('an override of another field changes nothing, and one that is not known is refused', () => {
  const override = (id: string): object => ({
    overrides: [{ matcher: { id, options: 'cpu' }, properties: [{ id: 'unit' }] }],
  });
  expect(settleField(override('byName'), field, 'A')).toEqual({});
  expect(() => settleField(override('byValue'), field, 'A')).toThrow('the matcher byValue is not known');
});

test('names and colours of series', () => {
  expect(nameField(field, {})).toBe('gpu');
  expect(nameField(field, { displayName: 'pool ${__field.labels.pool}' })).toBe('pool gpu');
  const traits = { name: 'gpu', index: 1, last: 1 };
  expect(colorSeries({ color: { mode: 'fixed', fixedColor: '#123456' } }, traits)).toBe('#123456');
  expect(colorSeries({ color: { mode: 'palette-classic' } }, traits)).toBe('#E0B400');
  expect(colorSeries({ ...share, color: { mode: 'thresholds' } }, traits)).toBe('#0072B2');
  const byName = { color: { mode: 'palette-classic-by-name' } };
  expect(colorSeries(byName, { ...traits, index: 7 })).toBe(colorSeries(byName, traits));
  expect(() => showValue(1, { color: { mode: 'fixed', fixedColor: 'beige' } })).toThrow(
    'the colour beige is not known',
  );
});
