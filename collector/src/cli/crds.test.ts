import { daemonCoverageCrd, maintenanceWindowCrd } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { crds } from './crds.ts';

async function run(argv: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await crds.run(argv, {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => '',
    signal: AbortSignal.abort(),
  });
  return { code, ...written };
}

test('crds prints the CRDs as YAML that reads back unchanged', async () => {
  const { code, out, err } = await run([]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^# Generated, do not edit/);
  const read = parseAllDocuments(out).map((document) => document.toJS() as unknown);
  expect(read).toEqual(JSON.parse(JSON.stringify([daemonCoverageCrd(), maintenanceWindowCrd()])));
});

test('crds refuses arguments', async () => expect((await run(['--all'])).code).toBe(2));
