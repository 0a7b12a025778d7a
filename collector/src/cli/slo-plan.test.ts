import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { slo } from './slo.ts';
import { runCommand } from './test-run.ts';

test('what is wrong with the files of rollcall slo plan is told with file, document, field, value and mend', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-slo-plan-'));
  const file = join(folder, 'policy.yaml');
  const head = 'apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: a, namespace: b }\n';
  await writeFile(file, `${head}spec: { daemonSet: { name: a }, objectives: [{ sli: coverage, target: 9 }] }\n`);
  const { code, err } = await runCommand(slo, ['plan', '-f', file, '-f', join(folder, 'none.yaml')]);
  await rm(folder, { recursive: true });
  expect([code, err.replaceAll(folder, 'F').split('\n')]).toEqual([
    2,
    [
      'error: F/policy.yaml (document 1): spec.objectives[0].target: 9: is not above 50; write more than 50',
      expect.stringMatching(/^error: F\/none\.yaml: cannot be read: ENOENT.*; check the path and its permissions$/),
      '',
    ],
  ]);
});
