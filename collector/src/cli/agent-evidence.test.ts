import { expect, test } from 'vitest';
import { createEvidenceStore } from './agent-evidence.ts';

const DAY = 86_400_000;
const fact = (value: string, at: number) => ({ kind: 'fact', node: 'a', name: 'kernel', value, at }) as const;
const audit = (action: string, at: number) => ({ kind: 'audit', node: 'a', action, message: '', at }) as const;

test('what a clock said that was ahead makes room for what comes after it', () => {
  const store = createEvidenceStore();
  store.note('ds', fact('6.1', 9 * DAY), DAY);
  store.note('ds', fact('6.2', DAY + 1_000), DAY + 1_000);
  store.note('ds', audit('early', 9 * DAY), DAY);
  store.note('ds', audit('late', DAY + 1_000), DAY + 1_000);
  expect(store.notesOf('ds', 'a').map(({ check, seen }) => `${check}: ${seen}`)).toEqual([
    'fact kernel: 6.2',
    'audit late: 1970-01-02T00:00:01.000Z',
    'audit early: 1970-01-02T00:00:00.000Z',
  ]);
});

test('an older fact that comes late changes nothing', () => {
  const store = createEvidenceStore();
  store.note('ds', fact('6.2', DAY), DAY);
  store.note('ds', fact('6.1', DAY - 1), DAY + 1);
  expect(store.notesOf('ds', 'a').map(({ seen }) => seen)).toEqual(['6.2']);
});
