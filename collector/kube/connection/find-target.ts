/** From flags, kubeconfig or the pod's own service account to one target: which server, how to trust it, who we are. */
import { readFlag, readText, wrongField, type Entry } from './entry.ts';
import { findInCluster } from './in-cluster.ts';
import { KubeError } from '../kube-error.ts';
import { readKubeconfig, type Kubeconfig, type KubeconfigSearch } from './kubeconfig.ts';
import { readPem } from './pem.ts';
import { chooseProxy, requireHttpProxy } from './proxy.ts';
import type { Target } from './target.ts';
import { readUser, type UserFlags } from './user.ts';

/** kubectl's flags of the same names; each overrides what the kubeconfig says. Paths are relative to the working directory. */
export interface TargetFlags extends UserFlags {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
}

/**
 * The target by kubectl's rules: flags over the chosen context of the kubeconfig; where neither names a server, the
 * pod's own service account. Source: client-go, tools/clientcmd/client_config.go. Throws `Config`.
 */
export async function findTarget(options: TargetFlags & KubeconfigSearch): Promise<Target> {
  const config = await readKubeconfig(options);
  const contextName = options.context ?? config.currentContext;
  if ((contextName ?? options.cluster ?? options.server) !== undefined) {
    return assemble(options, config, findNamed(config, 'contexts', contextName));
  }
  const own = options.kubeconfig === undefined ? await findInCluster(options) : undefined;
  if (own !== undefined) return own;
  const where =
    config.files.length === 0 ? 'no kubeconfig was found' : `${config.files.join(', ')}: current-context is missing`;
  throw new KubeError('Config', `${where}, so no API server is known: name one by --kubeconfig or $KUBECONFIG`);
}

function assemble(flags: TargetFlags & KubeconfigSearch, config: Kubeconfig, context: Entry): Target {
  const cluster = findNamed(config, 'clusters', flags.cluster ?? readText(context, 'cluster'));
  const user = findNamed(config, 'users', flags.user ?? readText(context, 'user'));
  const server = readServer(cluster, flags.server);
  return {
    server,
    namespace: flags.namespace ?? readText(context, 'namespace') ?? 'default',
    ...readTrust(cluster, flags),
    serverName: flags.tlsServerName ?? readText(cluster, 'tls-server-name'),
    proxy: readProxy(cluster, flags.env, server),
    user: readUser(user, cluster, flags),
  };
}

function findNamed(config: Kubeconfig, list: 'clusters' | 'users' | 'contexts', name: string | undefined): Entry {
  // Flags alone may name a server, as in `--server http://127.0.0.1:8001`.
  if (name === undefined) return { file: 'command line', field: list, values: {} };
  const found = config[list].get(name);
  if (found !== undefined) return found;
  const known = [...config[list].keys()].join(', ') || 'none';
  const where = config.files.join(', ') || 'no kubeconfig was found';
  throw new KubeError('Config', `${where}: ${list} has no ${JSON.stringify(name)}: name one of: ${known}`);
}

function readServer(cluster: Entry, flag: string | undefined): URL {
  const text = flag ?? readText(cluster, 'server');
  if (text === undefined) throw wrongField(cluster, 'server', 'is missing: write https://HOST:PORT');
  const url = URL.parse(text);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw wrongField(cluster, 'server', `is ${JSON.stringify(text)}: write https://HOST:PORT`);
}

function readTrust(cluster: Entry, flags: TargetFlags): Pick<Target, 'ca' | 'insecure'> {
  const insecure = flags.insecureSkipTlsVerify ?? readFlag(cluster, 'insecure-skip-tls-verify');
  const path = flags.certificateAuthority;
  const ca = path === undefined ? readPem(cluster, 'certificate-authority') : { path };
  if (!insecure || flags.insecureSkipTlsVerify === true) return { ca: insecure ? undefined : ca, insecure };
  if (ca === undefined) return { ca, insecure };
  throw wrongField(
    cluster,
    'insecure-skip-tls-verify',
    'is true beside a certificate authority: remove one of the two',
  );
}

function readProxy(cluster: Entry, env: KubeconfigSearch['env'], server: URL): string | undefined {
  const own = readText(cluster, 'proxy-url');
  return own === undefined
    ? chooseProxy(server, env)
    : requireHttpProxy(own, `${cluster.file}: ${cluster.field}.proxy-url`);
}
