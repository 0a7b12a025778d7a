import { expect, it } from 'vitest';
import { parseMemoryLimit } from './memory-limit-flag.ts';

it.each([
  ['', undefined],
  ['0', Infinity],
  ['67108864', 67_108_864],
  ['512Mi', 536_870_912],
  ['1Gi', 1_073_741_824],
  ['300M', 300_000_000],
  ['2G', 2_000_000_000],
  ['100000k', 100_000_000],
  ['70000Ki', 71_680_000],
])('"%s" is %s bytes', (text, bytes) => {
  expect(parseMemoryLimit(text)).toEqual({ bytes, faults: [] });
});

it.each(['512MB', '-1', '1.5Gi', 'much', '5 Mi', '1e9'])('"%s" is refused with what can be written', (text) => {
  expect(parseMemoryLimit(text).faults).toEqual([
    `--memory-limit: "${text}" is no size; write BYTES, or a number with Ki, Mi, Gi, k, M or G`,
  ]);
});

it('a limit in which nothing fits is refused', () => {
  expect(parseMemoryLimit('63Mi').faults).toEqual([
    '--memory-limit: "63Mi" is less than 64Mi, and no collector fits in that',
  ]);
});
