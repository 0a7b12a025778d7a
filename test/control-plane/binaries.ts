/** Which programs the real control plane consists of, from which pinned Go module each is built, and under which key it is cached. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A program that the end-to-end tests run; `codec` and `oracle` are ours, the others are upstream's. */
export type BinaryName =
  'codec' | 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok' | 'oracle';

/** A program that the collector is compared with or asks, which only `make peers` and the bench run; and kubectl, for the runbooks. */
export type PeerName =
  | 'kube-state-metrics'
  | 'loki'
  | 'kubectl'
  | 'metrics-server'
  | 'oslo'
  | 'promtool'
  | 'sloth'
  | 'alertmanager'
  | 'amtool';

/** Absolute path of every program. */
export type Binaries = Readonly<Record<BinaryName, string>>;

/** How one program is built: the folder of its Go module, the package, those of its sources that are ours, and flags of `go build`. */
export interface Recipe<Name extends string = BinaryName | PeerName> {
  readonly name: Name;
  readonly module: string;
  readonly package: string;
  readonly sources: readonly string[];
  readonly flags: readonly string[];
}

// No VCS stamp, so that the key below is all that matters.
const anyFlags = ['-mod=readonly', '-buildvcs=false'];

/**
 * An unstamped kube-apiserver calls itself v0.0.0 and clients that look at the version misjudge it; the version must be that of
 * kubernetes/go.mod.
 */
const flags: readonly string[] = [...anyFlags, '-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3'];

const kubernetes = join(import.meta.dirname, 'kubernetes');

/** Folder of the Go module that pins KWOK: asked for the path of KWOK's own Stage files too. */
export const kwokModule = join(import.meta.dirname, 'kwok');

/** Every program in the order of building: the shortest first, so that a missing toolchain shows early. */
export const recipes: readonly Recipe<BinaryName>[] = [
  { name: 'etcd', module: join(import.meta.dirname, 'etcd'), package: 'go.etcd.io/etcd/server/v3', sources: [], flags },
  { name: 'kwok', module: kwokModule, package: 'sigs.k8s.io/kwok/cmd/kwok', sources: [], flags },
  ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const).map((name) => ({
    name,
    module: kubernetes,
    package: `k8s.io/kubernetes/cmd/${name}`,
    sources: [],
    flags,
  })),
  { name: 'codec', module: kubernetes, package: './codec', sources: ['codec/main.go'], flags },
  { name: 'oracle', module: kubernetes, package: './oracle', sources: ['oracle/main.go'], flags },
];

/** The log store that the canary's measurements ask. */
export const lokiRecipe: Recipe<PeerName> = {
  name: 'loki',
  module: join(import.meta.dirname, 'loki'),
  package: 'github.com/grafana/loki/v3/cmd/loki',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w'],
};
/** The rule generator that ours is compared with. */
export const slothRecipe: Recipe<PeerName> = {
  name: 'sloth',
  module: join(import.meta.dirname, 'sloth'),
  package: 'github.com/slok/sloth/cmd/sloth',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w'],
};
/** A newer Alertmanager than Debian's, and its tool. */
export const alertmanagerRecipes: readonly Recipe<PeerName>[] = (['alertmanager', 'amtool'] as const).map((name) => ({
  name,
  module: join(import.meta.dirname, 'alertmanager'),
  package: `github.com/prometheus/alertmanager/cmd/${name}`,
  sources: [],
  // Unstamped it would not know its version; which must be that of go.mod.
  flags: [...anyFlags, '-ldflags=-s -w -X github.com/prometheus/common/version.Version=0.28.1'],
}));
/** What judges OpenSLO documents. */
export const osloRecipe: Recipe<PeerName> = {
  name: 'oslo',
  module: join(import.meta.dirname, 'oslo'),
  package: 'github.com/OpenSLO/oslo/cmd/oslo',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w'],
};
/** The rule engine of Prometheus 3, since Debian's is of 2; unstamped it does not know its version, which must be that of promtool/go.mod. */
export const promtoolRecipe: Recipe<PeerName> = {
  name: 'promtool',
  module: join(import.meta.dirname, 'promtool'),
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w -X github.com/prometheus/common/version.Version=3.15.0'],
};
/** In a module of its own: a change of the control plane's would build all of it anew. */
export const kubectlRecipe: Recipe<PeerName> = {
  name: 'kubectl',
  module: join(import.meta.dirname, 'kubectl'),
  package: '.',
  sources: ['main.go'],
  flags,
};
/** The exporter that the bench compares with. */
export const peerRecipe: Recipe<PeerName> = {
  name: 'kube-state-metrics',
  module: join(import.meta.dirname, 'kube-state-metrics'),
  package: 'k8s.io/kube-state-metrics/v2',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w'],
};

/** The server of metrics.k8s.io, of which the collector learns what daemons use. */
export const metricsServerRecipe: Recipe<PeerName> = {
  name: 'metrics-server',
  module: join(import.meta.dirname, 'metrics-server'),
  package: 'sigs.k8s.io/metrics-server/cmd/metrics-server',
  sources: [],
  flags: [...anyFlags, '-ldflags=-s -w'],
};

/** Where the programs are kept: outside of the checkout, so that a fresh clone on a warm machine builds nothing. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const root = env['ROLLCALL_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rollcall');
  return join(root, 'control-plane');
}

/** Cache path of a program: its name and a hash of all that decides what it does. */
export async function cachePath(recipe: Recipe, folder: string): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([process.platform, process.arch, recipe.package, recipe.flags]),
  );
  for (const file of ['go.mod', 'go.sum', ...recipe.sources]) hash.update(await readFile(join(recipe.module, file)));
  return join(folder, `${recipe.name}-${hash.digest('hex').slice(0, 16)}`);
}
