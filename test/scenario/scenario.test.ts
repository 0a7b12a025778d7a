/** Each log of the folder `logs` is played; what comes of it must be the golden text beside it (renew it with `vitest run -u`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playLog } from './play-log.ts';

const FOLDER = join(import.meta.dirname, 'logs');
const LOGS = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

test.each(LOGS)('%s comes out as its golden text says', async (file) => {
  const text = playLog(readFileSync(join(FOLDER, file), 'utf8'));
  await expect(text).toMatchFileSnapshot(join(FOLDER, file.replace('.yaml', '.golden')));
});

test('there are logs', () => {
  expect(LOGS.length).toBeGreaterThanOrEqual(3);
});
