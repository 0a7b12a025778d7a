import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseName, escapeLabel, heading, secondsText } from './sample-text.ts';

describe('milliseconds as seconds', () => {
  it.each([
    [0, '0'],
    [7, '0.007'],
    [70, '0.070'],
    [999, '0.999'],
    [1000, '1.000'],
    [1234, '1.234'],
    [1_767_225_600_123, '1767225600.123'],
    [Number.MAX_SAFE_INTEGER, '9007199254740.991'],
    [-1234, '-1.234'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(secondsText(ms)).toBe(text);
  });

  it('loses no millisecond of any safe integer', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (ms) => BigInt(secondsText(ms).replace('.', '')) === BigInt(ms)));
  });
});

describe('text', () => {
  it('escapes backslash, quote and line feed in a label value, and nothing else', () => {
    expect(escapeLabel('a\\b"c\nd{}é,=')).toBe('a\\\\b\\"c\\nd{}é,=');
  });

  it('names a counter family without _total in OpenMetrics only', () => {
    const metric = { name: 'x_total', type: 'counter', help: 'a "b"\\\n' };
    expect(heading(metric, 'text')).toBe('# HELP x_total a "b"\\\\\\n\n# TYPE x_total counter\n');
    expect(heading(metric, 'openmetrics')).toBe('# HELP x a \\"b\\"\\\\\\n\n# TYPE x counter\n');
    expect(baseName({ name: 'x_total', type: 'gauge' })).toBe('x_total');
  });
});
