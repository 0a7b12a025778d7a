/** Debian's Alertmanager, with nothing behind it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHealthy } from './health.ts';
import { findFreePorts } from './ports.ts';
import { openWorkspace } from './workspace.ts';

const run = promisify(execFile);

/** Where Debian's package puts it. */
const server = '/usr/bin/prometheus-alertmanager';

/** A running Alertmanager; the test that started it stops it. */
export interface Alertmanager {
  readonly url: string;
  /** Asks its API v2 and answers the JSON. */
  readonly ask: (path: string, body?: object) => Promise<unknown>;
  /** Ends it and removes its data; fine to call twice. */
  readonly stop: () => Promise<void>;
}

/** Installs Debian's package if it is missing and we are root, and stops the service that it starts; else throws with the mend. */
async function ensureAlertmanager(): Promise<void> {
  if (existsSync(server)) return;
  const install = 'apt-get update && apt-get install -y --no-install-recommends prometheus-alertmanager';
  if (process.getuid?.() !== 0) throw new Error(`${server} is missing. Install it with: sudo sh -c '${install}'`);
  const name = 'prometheus-alertmanager';
  const stop = `if [ -d /run/systemd/system ]; then systemctl disable --now ${name}; else service ${name} stop; fi`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('sh', ['-c', `${install} && { ${stop} || true; }`], { env, maxBuffer: 64 << 20 });
}

/** Starts it on a free port of 127.0.0.1 with fresh data, and returns when it is ready. Throws with its log if it is not. */
export async function startAlertmanager(): Promise<Alertmanager> {
  await ensureAlertmanager();
  const workspace = await openWorkspace();
  try {
    const { alertmanager: port } = await findFreePorts(['alertmanager']);
    const url = `http://127.0.0.1:${port}`;
    const config = join(workspace.folder, 'alertmanager.yml');
    await writeFile(config, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
    const args = [
      `--config.file=${config}`,
      `--storage.path=${join(workspace.folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: without this it waits for others.
      '--cluster.listen-address=',
    ];
    await startHealthy(workspace, { name: 'alertmanager', path: server, args }, { url: `${url}/-/ready` });
    return { url, ask: (path, body) => ask(`${url}/api/v2${path}`, body), stop: workspace.close };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function ask(url: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  const response = await fetch(url, { ...(body && post), signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
