import { expect, test } from 'vitest';
import { contains, overlaps, parseBlock } from './address-block.ts';

function span(text: string): string | undefined {
  const block = parseBlock(text);
  return block && `${block.bits} ${block.first.toString(16)}-${block.last.toString(16)}`;
}

test.each([
  ['10.1.2.3/32', '32 a010203-a010203'],
  ['10.1.2.3/8', '32 a000000-affffff'],
  ['0.0.0.0/0', '32 0-ffffffff'],
  ['::/0', '128 0-ffffffffffffffffffffffffffffffff'],
  ['2001:db8::1/128', '128 20010db8000000000000000000000001-20010db8000000000000000000000001'],
  ['::ffff:10.0.0.1/128', '128 ffff0a000001-ffff0a000001'],
  ['1:2:3:4:5:6:7:8/64', '128 1000200030004' + '0000000000000000-1000200030004' + 'ffffffffffffffff'],
  ['10.0.0.0', undefined],
  ['10.0.0/24', undefined],
  ['10.0.0.256/24', undefined],
  ['10.0.0.0/33', undefined],
  ['10.0.0.0/8/8', undefined],
  ['2001:db8::1::/64', undefined],
  ['1:2:3:4:5:6:7/64', undefined],
  ['1:2:3:4:5:6:7:8::/64', undefined],
  ['2001:db8::g/64', undefined],
])('%s is %s', (text, expected) => {
  expect(span(text)).toBe(expected);
});

test('families never meet, and blocks do where they share an address', () => {
  const [wide, narrow, next, all6] = ['10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8', '::/0'].map(parseBlock);
  if (!wide || !narrow || !next || !all6) throw new Error('a block that is none');
  expect([contains(wide, narrow), contains(narrow, wide), contains(all6, wide)]).toEqual([true, false, false]);
  expect([overlaps(narrow, wide), overlaps(wide, next), overlaps(all6, wide)]).toEqual([true, false, false]);
});
