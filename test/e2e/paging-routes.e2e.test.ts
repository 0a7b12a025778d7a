/** The committed example of Alertmanager's configuration, asked by its own tool whom it tells of what. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runAmtool } from '../control-plane/index.ts';
import { readConfigFiles } from './paging-files.ts';
import { ROUTE_CASES } from './paging-routes.ts';

const EXAMPLE = join(import.meta.dirname, '../../alerts/generated/alertmanager');

describe('the committed example by amtool', () => {
  test('finds nothing wrong with it', async () => {
    const files = await readConfigFiles(EXAMPLE);
    expect(await runAmtool(files, ['check-config', 'alertmanager.yaml'])).toMatchObject({ ok: true });
  });

  test.each(ROUTE_CASES)('routes %s to %s', async (labels, receiver) => {
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yaml'];
    const files = await readConfigFiles(EXAMPLE);
    const wanted = await runAmtool(files, [...args, `--verify.receivers=${receiver}`, ...labels.split(' ')]);
    // A warning about an address that it does not need may follow.
    expect([wanted.ok, wanted.text.split('\n')[0]]).toEqual([true, receiver]);
    const wrong = await runAmtool(files, [...args, '--verify.receivers=rollcall-nobody', ...labels.split(' ')]);
    expect(wrong.ok).toBe(false);
  });
});
