/** The committed answers of a newer Alertmanager than Debian's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTE_CASES } from './paging-routes.ts';

test('a newer Alertmanager was asked the same, and said the same', async () => {
  const text = await readFile(join(import.meta.dirname, 'alertmanager-answers.json'), 'utf8');
  const { version, passed, failed } = JSON.parse(text) as Readonly<Record<'passed' | 'failed', readonly string[]>> & {
    readonly version: string;
  };
  expect({ version, failed }).toEqual({ version: 'alertmanager, version 0.28.1', failed: [] });
  for (const [labels, receiver] of ROUTE_CASES)
    expect(passed).toContain(`the committed example by amtool routes ${labels} to ${receiver}`);
});
