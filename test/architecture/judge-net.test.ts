import { expect, it } from 'vitest';
import { judgeNet, type Trial } from './judge-net.ts';

const marks = new Map([
  ['a.ts', ['no-clock', 'no-clock']],
  ['b.ts', ['no-cycle', 'of-another-net']],
]);
const findings = [
  { rule: 'no-clock', file: 'a.ts', line: 1, message: '' },
  { rule: 'no-clock', file: 'a.ts', line: 2, message: '' },
  { rule: 'no-cycle', file: 'b.ts', message: '' },
];
const holding: Trial = { rules: ['no-clock', 'no-cycle'], findings, marks, exact: true };

it.each<[string, Partial<Trial>, readonly string[]]>([
  ['holds if it catches every breach and no innocent', {}, []],
  ['holds if a tool names the same line twice', { findings: [...findings, ...findings] }, []],
  [
    'fails if a rule has no planted breach',
    { rules: ['no-clock', 'no-cycle', 'new'] },
    ['no breach of new is planted'],
  ],
  ['fails if it misses a breach', { findings: findings.slice(1) }, ['missed: no-clock in a.ts']],
  [
    'fails if it catches an innocent',
    { findings: [...findings, { rule: 'no-cycle', file: 'a.ts', message: '' }] },
    ['caught without a mark: no-cycle in a.ts'],
  ],
  [
    'may catch more where it need not be exact',
    { findings: [...findings, { rule: 'no-cycle', file: 'a.ts', message: '' }], exact: false },
    [],
  ],
])('a net %s', (_what, change, faults) => {
  expect(judgeNet({ ...holding, ...change })).toEqual(faults);
});
