/** Each runbook page says truthfully by which fault of the matrix its code was brought about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDINGS, REASONS, runbookOf, type FindingCode, type ReasonCode } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { FAULTS } from './table.ts';

const ROOT = join(import.meta.dirname, '../..');
const CODES: readonly (ReasonCode | FindingCode)[] = [...(Object.keys(REASONS) as ReasonCode[]), ...FINDINGS];

function reproductionOf(code: ReasonCode | FindingCode): string {
  const [, text = ''] = readFileSync(join(ROOT, runbookOf(code)), 'utf8').split('## How it was reproduced here\n');
  return text.replaceAll(/\s+/g, ' ').trim();
}

test.each(CODES)('the page of %s quotes faults of its code, in the words of the matrix, and of none else', (code) => {
  const text = reproductionOf(code);
  const causes = FAULTS.filter((fault) => fault.code === code).map(({ cause }) => cause);
  const quoted = [...text.matchAll(/"([^"]+)"/g)].map(([, cause]) => cause);
  expect(quoted.filter((cause) => !causes.includes(cause ?? ''))).toEqual([]);
  expect(quoted.length > 0).toBe(causes.length > 0);
  if (causes.length === 0) expect(text).toMatch(/\]\(/);
});
