/** Good and bad maintenance windows in files: each bad one says in its first lines which faults it has, all of them and no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicyTexts } from '@rollcall/collector';
import { formatFault } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';

const context = { cluster: 'test', collectorNamespace: 'rollcall-system' };

function read(folder: 'good' | 'bad', file: string) {
  const text = readFileSync(join(import.meta.dirname, folder, file), 'utf8');
  return { text, reading: readPolicyTexts([{ file: `${folder}/${file}`, text }], context) };
}

function list(folder: 'good' | 'bad'): readonly string[] {
  return readdirSync(join(import.meta.dirname, folder)).sort();
}

describe('good windows', () => {
  test.each(list('good'))('%s is accepted, and happens', (file) => {
    const { windows, rejected, accepted } = read('good', file).reading;
    expect({ rejected, accepted }).toEqual({ rejected: [], accepted: [] });
    const spells = windows.flatMap(({ window }) => window.spellsAt(Date.parse('2027-02-01T00:00:00Z')));
    expect(spells.length).toBeGreaterThan(0);
  });
});

describe('bad windows', () => {
  test('are many', () => expect(list('bad').length).toBeGreaterThanOrEqual(45));

  test.each(list('bad'))('%s is rejected with the faults that it expects', (file) => {
    const { text, reading } = read('bad', file);
    const expected = text.split('\n').flatMap((line) => (line.startsWith('# expect: ') ? [line.slice(10)] : []));
    expect(reading.windows).toEqual([]);
    const faults = reading.rejected.flatMap((rejection) => rejection.faults.map(formatFault));
    expect(faults.toSorted()).toEqual(expected.toSorted());
  });
});
