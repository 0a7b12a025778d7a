import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSection, type SlothAnswers } from './sloth-page.ts';

const read = (path: string): Promise<string> => readFile(join(import.meta.dirname, path), 'utf8');

test('docs/rules.md tells what the committed answers say, of all fleets and without a fault', async () => {
  const page = await read('../../docs/rules.md');
  const answers = JSON.parse(await read('sloth-answers.json')) as SlothAnswers;
  expect(writeSection(page, answers)).toBe(page);
  expect(answers.seeds.count).toBe(1_000);
  expect(answers.coarse.tiers.map(({ tier }) => tier)).toEqual([
    'page_fast',
    'page_slow',
    'ticket_fast',
    'ticket_slow',
  ]);
  const other = { ...answers, seeds: { first: 1, count: 2 } };
  expect(writeSection(page, other)).not.toBe(page);
});

test('a page without the marks is refused', async () => {
  const answers = JSON.parse(await read('sloth-answers.json')) as SlothAnswers;
  expect(() => writeSection('# Rules', answers)).toThrow('no marks <!-- sloth begin -->');
});
