/** Debian's Alertmanager, or the one that the environment names, telling what a test listens for. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureServer } from './debian-package.ts';
import { startHealthy } from './health.ts';
import { findFreePorts } from './ports.ts';
import { openWorkspace } from './workspace.ts';

const run = promisify(execFile);

/** Where Debian's packages put the server and its tool, if no other ones are named. */
const server = process.env['ROLLCALL_ALERTMANAGER'] ?? '/usr/bin/prometheus-alertmanager';
const amtool = process.env['ROLLCALL_AMTOOL'] ?? '/usr/bin/amtool';

/** Files of its folder by name; alertmanager.yaml is its configuration, in which names are of that folder. */
export type ConfigFiles = Readonly<Record<string, string>> & { readonly 'alertmanager.yaml': string };

/** An alert as the API takes it; without an end it fires. */
interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** In RFC 3339: in the past it is resolved. */
  readonly endsAt?: string;
}

/** An alert as the API shows it. */
interface ShownAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: {
    readonly state: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  };
}

/** A running Alertmanager; the test that started it stops it. */
export interface Alertmanager {
  readonly url: string;
  /** `host:port`, as Prometheus' configuration has it. */
  readonly target: string;
  /** Asks its API v2 and answers the JSON. */
  readonly ask: (path: string, body?: object) => Promise<unknown>;
  readonly post: (alerts: readonly PostedAlert[]) => Promise<void>;
  readonly alerts: () => Promise<readonly ShownAlert[]>;
  /** Ends it and removes its data; fine to call twice. */
  readonly stop: () => Promise<void>;
}

/** Installs Debian's package (with amtool) if it is missing and we are root; else throws with the mend. */
export function ensureAlertmanager(): Promise<void> {
  return ensureServer({ name: 'prometheus-alertmanager', programs: [server, amtool] });
}

/** With nothing behind it. */
const NOBODY: ConfigFiles = { 'alertmanager.yaml': 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n' };

/** Starts one on a free port of 127.0.0.1, alone and with fresh data, and returns when it is ready. Throws with its log if it is not. */
export async function startAlertmanager(files: ConfigFiles = NOBODY): Promise<Alertmanager> {
  await ensureAlertmanager();
  const workspace = await openWorkspace();
  try {
    await writeFiles(workspace.folder, files);
    const { alertmanager: port } = await findFreePorts(['alertmanager']);
    const target = `127.0.0.1:${port}`;
    const url = `http://${target}`;
    const args = [
      `--config.file=${join(workspace.folder, 'alertmanager.yaml')}`,
      `--storage.path=${join(workspace.folder, 'data')}`,
      `--web.listen-address=${target}`,
      // No peers: nothing else is listened on.
      '--cluster.listen-address=',
    ];
    await startHealthy(workspace, { name: 'alertmanager', path: server, args }, { url: `${url}/-/ready` });
    return {
      url,
      target,
      ask: (path, body) => ask(url, path, body),
      post: async (alerts) => void (await ask(url, '/alerts', alerts)),
      alerts: async () => (await ask(url, '/alerts')) as readonly ShownAlert[],
      stop: workspace.close,
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** What a run of amtool came to. */
interface ToolRun {
  readonly ok: boolean;
  /** What it printed, both ways. */
  readonly text: string;
}

/** Runs amtool in a folder with these files. */
export async function runAmtool(files: ConfigFiles, args: readonly string[]): Promise<ToolRun> {
  await ensureAlertmanager();
  const workspace = await openWorkspace();
  try {
    await writeFiles(workspace.folder, files);
    return await run(amtool, [...args], { cwd: workspace.folder }).then(
      ({ stdout, stderr }) => ({ ok: true, text: stdout + stderr }),
      ({ stdout, stderr, message }: { stdout?: string; stderr?: string; message: string }) => ({
        ok: false,
        text: [stdout, stderr, message].join('\n'),
      }),
    );
  } finally {
    await workspace.close();
  }
}

async function writeFiles(folder: string, files: ConfigFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function ask(url: string, path: string, body?: object): Promise<unknown> {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${url}/api/v2${path}`, { ...(body && post), signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
