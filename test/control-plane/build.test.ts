/** A machine that cannot build is told how to mend it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { openWorkspace } from './workspace.ts';

test.each([
  ['is missing', '', /go 1.26 or newer is needed .* found none/],
  ['is too old', 'go1.24.9', /go 1.26 or newer is needed .* found go1.24.9/],
])('a build where Go %s fails with the command that mends it', async (_, version, message) => {
  const workspace = await openWorkspace();
  if (version !== '') {
    await writeFile(join(workspace.folder, 'go'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  }
  const env = { PATH: workspace.folder, ROLLCALL_CACHE: workspace.folder };
  const build = spawn(process.execPath, ['build.ts'], { cwd: import.meta.dirname, env });
  const [complaint, [code]] = await Promise.all([text(build.stderr), once(build, 'exit')]);
  expect(complaint).toMatch(message);
  expect(complaint).toContain('curl -fsSL https://go.dev/dl/go1.26.8.');
  expect(code).toBe(1);
  await workspace.close();
});
