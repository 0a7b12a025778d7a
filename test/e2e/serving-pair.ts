/** The certificate with which an installed collector serves, made as deploy/README.md says. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The flags for `rollcall serve`, and what clients need. */
interface ServingPair {
  readonly flags: readonly string[];
  /** PEM, and where it lies. */
  readonly ca: string;
  readonly caFile: string;
  readonly serverName: string;
  readonly remove: () => Promise<void>;
}

/** Runs the command of the README in a folder of its own. */
export async function makeServingPair(): Promise<ServingPair> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-serving-'));
  const readme = await readFile(join(import.meta.dirname, '../../deploy/README.md'), 'utf8');
  const command = /^ +(openssl req .*)$/m.exec(readme)?.[1];
  const serverName = /subjectAltName=DNS:(\S+)/.exec(command ?? '')?.[1];
  if (command === undefined || serverName === undefined) throw new Error('deploy/README.md has no openssl command');
  await promisify(execFile)('sh', ['-c', command], { cwd: folder });
  return {
    flags: ['--tls-cert-file', join(folder, 'tls.crt'), '--tls-private-key-file', join(folder, 'tls.key')],
    ca: await readFile(join(folder, 'tls.crt'), 'utf8'),
    caFile: join(folder, 'tls.crt'),
    serverName,
    remove: () => rm(folder, { recursive: true }),
  };
}
