import { expect, test } from 'vitest';
import { formatAmount, parseQuantity, toComparable } from './plan-quantity.ts';

const G = 10n ** 9n;

test.each<[unknown, bigint]>([
  ['0', 0n],
  ['1', G],
  [1, G],
  [0.5, G / 2n],
  ['100m', G / 10n],
  ['1.5', (G * 3n) / 2n],
  ['.5', G / 2n],
  ['5.', 5n * G],
  ['+5', 5n * G],
  ['-5m', -5_000_000n],
  ['1n', 1n],
  ['0.1n', 1n],
  ['1u', 1000n],
  ['1k', 1000n * G],
  ['1Ki', 1024n * G],
  ['1.5Gi', 1536n * 1024n * 1024n * G],
  ['1E', 10n ** 18n * G],
  ['1e3', 1000n * G],
  ['1E3', 1000n * G],
  ['12e-3', 12_000_000n],
  ['16Ei', 2n ** 64n * G],
])('the quantity %j is %d nano-units', (value, nano) => expect(parseQuantity(value)).toBe(nano));

test.each([
  [
    '',
    '.',
    'm',
    '1 Gi',
    '1mm',
    '1KI',
    'Gi',
    '1e',
    '1e1000',
    '1_000',
    'NaN',
    '1.2.3',
    '--1',
    null,
    true,
    [],
    {},
    Infinity,
  ],
])('none of these is a quantity', (...values) =>
  expect(values.map(parseQuantity)).toEqual(values.map(() => undefined)),
);

test('amounts are compared as the scheduler does: cpu by the milli, all else by the unit, rounded up', () => {
  expect(toComparable('cpu', parseQuantity('1.2345') ?? 0n)).toBe(1235n);
  expect(toComparable('memory', parseQuantity('1.2') ?? 0n)).toBe(2n);
  expect(toComparable('pods', parseQuantity('110') ?? 0n)).toBe(110n);
});

test('amounts are written as people write them', () => {
  const amounts: readonly (readonly [string, bigint])[] = [
    ['cpu', 1500n],
    ['cpu', 2000n],
    ['memory', 512n * 2n ** 20n],
    ['memory', 3n * 2n ** 30n],
    ['memory', 1000n],
    ['memory', 0n],
    ['pods', 110n],
  ];
  expect(amounts.map(([resource, amount]) => formatAmount(resource, amount))).toEqual([
    '1500m',
    '2',
    '512Mi',
    '3Gi',
    '1000',
    '0',
    '110',
  ]);
});
