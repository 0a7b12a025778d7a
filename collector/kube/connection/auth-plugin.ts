/** Credentials made by a program (`exec`) or by an old built-in provider: the one thing that the Kubernetes client is needed for. */
import { isMapping, readFlag, readText, readTexts, resolveBeside, wrongField, type Entry } from './entry.ts';
import { KubeError, readField } from '../kube-error.ts';
import type { Timers } from '../ports.ts';
import type { Secrets } from './sender.ts';
import type { Plugin } from './user.ts';

const PROVIDERS = ['azure', 'gcp', 'oidc'];
// Long enough for a login in a browser window.
const PLUGIN_LIMIT_MS = 120_000;

/** Answers a function that asks the plugin; with `anew` nothing that the client remembers is used again. */
export function createPluginCaller(plugin: Plugin, timers: Timers): (anew: boolean) => Promise<Secrets> {
  const user =
    plugin.kind === 'exec' ? { exec: describeProgram(plugin) } : { authProvider: checkProvider(plugin.entry) };
  let client: Promise<Client> | undefined;
  return async (anew) => {
    if (anew || client === undefined) client = makeClient(user);
    const asked = client.then(askClient);
    try {
      const secrets = await limit(asked, timers);
      if (Object.keys({ ...secrets.headers, ...secrets.tls }).length > 0) return secrets;
    } catch (cause) {
      throw failed(plugin.entry, cause);
    }
    throw failed(plugin.entry, new Error('it made no credentials'));
  };
}

type Client = (options: PluginAnswer) => Promise<void>;

interface PluginAnswer {
  headers?: unknown;
  cert?: unknown;
  key?: unknown;
}

async function makeClient(user: object): Promise<Client> {
  // Imported here and nowhere else: it costs a second and 80 MB, which only those who have a plugin pay.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  // Only the credentials are taken from it, so the server does not matter.
  const cluster = { name: 'cluster', server: 'https://127.0.0.1', skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: 'user', ...user });
  return (options) => config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
}

async function askClient(client: Client): Promise<Secrets> {
  const answer: PluginAnswer = {};
  await client(answer);
  const authorization = readField(answer.headers, 'Authorization');
  const { cert, key } = answer;
  return {
    headers: typeof authorization === 'string' ? { Authorization: authorization } : {},
    tls: typeof cert === 'string' && typeof key === 'string' ? { cert, key } : {},
  };
}

// As client-go's plugin/pkg/client/auth/exec; the client leaves out KUBERNETES_EXEC_INFO, without which some programs refuse to run.
function describeProgram({ entry, cluster }: Plugin): object {
  const command = readText(entry, 'command');
  if (command === undefined) throw wrongField(entry, 'command', 'is missing: name the program');
  if (readText(entry, 'interactiveMode') === 'Always') {
    throw wrongField(
      entry,
      'interactiveMode',
      'is "Always", but nobody is there to answer: write IfAvailable or Never',
    );
  }
  const spec = readFlag(entry, 'provideClusterInfo')
    ? { interactive: false, cluster: describeCluster(cluster) }
    : { interactive: false };
  const info = { kind: 'ExecCredential', apiVersion: readText(entry, 'apiVersion'), spec };
  return {
    command: /[/\\]/.test(command) ? resolveBeside(entry, command) : command,
    args: readTexts(entry, 'args'),
    env: [...readEnv(entry), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
  };
}

function readEnv(entry: Entry): readonly unknown[] {
  const env = entry.values['env'] ?? [];
  if (Array.isArray(env) && env.every((item) => typeof readField(item, 'name') === 'string')) return env;
  throw wrongField(entry, 'env', 'is no list of name and value: write one');
}

function describeCluster(cluster: Entry): object {
  const fields = ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority-data', 'proxy-url'];
  return Object.fromEntries(fields.map((field) => [field, cluster.values[field]]));
}

function checkProvider(entry: Entry): object {
  const name = readText(entry, 'name');
  if (name === undefined || !PROVIDERS.includes(name)) {
    throw wrongField(entry, 'name', `is ${JSON.stringify(name)}: use one of ${PROVIDERS.join(', ')}, or exec`);
  }
  const config = entry.values['config'];
  return { name, config: isMapping(config) ? { ...config } : {} };
}

function limit(asked: Promise<Secrets>, timers: Timers): Promise<Secrets> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = timers.after(PLUGIN_LIMIT_MS, () => reject(new Error(`no answer within ${PLUGIN_LIMIT_MS / 1000} s`)));
  return Promise.race([asked, promise]).finally(cancel);
}

function failed(entry: Entry, cause: unknown): KubeError {
  const hint = entry.values['installHint'];
  const words = cause instanceof Error ? cause.message.trim() : String(cause);
  const mend = typeof hint === 'string' && readField(cause, 'code') === 'ENOENT' ? hint : 'run it by hand to see why';
  const name = readText(entry, 'command') ?? readText(entry, 'name') ?? '';
  return new KubeError('Unauthorized', `${entry.file}: ${entry.field} (${name}): ${words}: ${mend}`, { cause });
}
