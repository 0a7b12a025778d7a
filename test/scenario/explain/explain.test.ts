/** What `rollcall explain` prints for each situation must be the golden text of its name (renew it with `vitest run -u`, and read it). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Step } from '../read-log.ts';
import { explainSituation, type Situation } from './explain-situation.ts';

const FOLDER = import.meta.dirname;
const { base, situations } = parse(readFileSync(join(FOLDER, 'situations.yaml'), 'utf8'), {
  merge: true,
  maxAliasCount: -1,
}) as {
  readonly base: readonly Step[];
  readonly situations: Readonly<Record<string, Situation>>;
};

test.each(Object.entries(situations))('%s is explained as its golden text says', async (name, situation) => {
  await expect(explainSituation(base, situation)).toMatchFileSnapshot(join(FOLDER, 'golden', `${name}.txt`));
});

test('there is a golden text for each situation, and for nothing else', () => {
  const golden = readdirSync(join(FOLDER, 'golden')).map((file) => file.replace('.txt', ''));
  expect(golden.toSorted()).toEqual(Object.keys(situations).toSorted());
  expect(golden.length).toBeGreaterThanOrEqual(25);
});

test.each(Object.keys(situations))('%s fits on a screen of an on-call engineer', (name) => {
  const lines = readFileSync(join(FOLDER, 'golden', `${name}.txt`), 'utf8').split('\n');
  expect(lines.length).toBeLessThan(40);
});
