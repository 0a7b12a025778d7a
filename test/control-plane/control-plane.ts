/** Starts a real Kubernetes control plane on free loopback ports, and gives tests the levers to break it. */
import type { Binaries } from './binaries.ts';
import { ensureBinaries, findKwokMetrics, findKwokStages } from './build.ts';
import { createAuthority, createServiceAccountKeys, type Authority } from './certificates.ts';
import { connect, type Client } from './client.ts';
import { FRONT_PROXY, type ComponentName, type Profile, type Setup } from './components.ts';
import { compact } from './etcd.ts';
import { administrator, createIdentities, type Identities } from './identities.ts';
import { findFreePorts } from './ports.ts';
import { createRunner, type Runner } from './runner.ts';
import { writeStages } from './stages.ts';
import { waitFor } from './wait.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const listeners = ['etcd', 'etcdPeer', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

/** What a test chooses about its control plane. */
export interface ControlPlaneOptions {
  readonly profile: Profile;
  /** Whether KWOK plays the kubelets (default: yes). Without it nodes never become Ready but by the test's own patches. */
  readonly kwok?: boolean;
  /**
   * A label selector such as `kwok=yes`: KWOK then plays the kubelet of the matching nodes only, instead of all.
   * It is the way to a single dead node: take the label off, and KWOK leaves the node, its lease and its pods alone.
   * - Patch its `status.conditions` (Ready: Unknown or False): the node-lifecycle controller adds the NoSchedule taint at once
   *   and the NoExecute one within 5 s; the pod stays Ready and the DaemonSet's status as it was until one of its pods changes.
   * - Or just wait: 50 to 60 s later that controller itself sets Ready to Unknown, taints, and sets the pods' Ready to False.
   * Put the label on again to revive the node. While it is on, KWOK turns any other Ready back to True.
   */
  readonly manageNodesWithLabel?: string;
}

/** A running control plane; the test that started it stops it. */
export interface ControlPlane extends Identities, Runner {
  readonly serverUrl: string;
  /** Kubeconfig of an administrator (client certificate, group system:masters). */
  readonly kubeconfigPath: string;
  /** Where KWOK serves what its kubelets would: /metrics/nodes/<node>/metrics/resource. */
  readonly kubeletPort: number;
  /** A request as that administrator. */
  readonly request: Client['request'];
  /**
   * Forgets all history in etcd and returns the revision up to which it is gone. The API server still serves older versions from
   * its own memory until it restarts: kill and start kube-apiserver, and continued lists from before answer 410 (watches from
   * before do so after a mere restart, if anything of their kind has changed since).
   */
  readonly compactEtcd: () => Promise<number>;
  /** The last lines (default 40) that a component wrote. */
  readonly logs: (name: ComponentName, lines?: number) => Promise<string>;
  /** Ends every process and removes all files; fine to call twice. Happens by itself if this process dies. */
  readonly stop: () => Promise<void>;
}

/**
 * Builds what is missing (minutes on a cold machine, see build.ts), then starts etcd, kube-apiserver, kube-controller-manager,
 * kube-scheduler and KWOK, and returns when pods can be made in the namespace `default`. Throws with the log of the one that failed.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const binaries = await ensureBinaries();
  const workspace = await openWorkspace();
  try {
    return await startIn(workspace, binaries, options);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function startIn(workspace: Workspace, binaries: Binaries, options: ControlPlaneOptions): Promise<ControlPlane> {
  const ports = await findFreePorts(listeners);
  const serverUrl = `https://127.0.0.1:${ports['kube-apiserver']}`;
  const authority = await createAuthority(workspace.folder);
  const identities = createIdentities({ folder: workspace.folder, authority, serverUrl });
  const kubeconfigPath = await identities.kubeconfig(administrator);
  const admin = await connect(kubeconfigPath);
  const setup = await prepare({ folder: workspace.folder, ports, authority, identities, options });
  const runner = createRunner(workspace, binaries, setup);
  await startAll(runner, admin, options);
  return {
    ...identities,
    ...runner,
    serverUrl,
    kubeconfigPath,
    kubeletPort: ports.kwok,
    request: admin.request,
    compactEtcd: () => compact(`http://127.0.0.1:${ports.etcd}`),
    logs: workspace.logTail,
    stop: async () => {
      admin.close();
      await workspace.close();
    },
  };
}

async function startAll({ start }: Runner, admin: Client, { kwok = true }: ControlPlaneOptions): Promise<void> {
  await start('etcd');
  await start('kube-apiserver');
  const others = ['kube-controller-manager', 'kube-scheduler', ...(kwok ? ['kwok' as const] : [])] as const;
  await Promise.all(others.map(start));
  // Its controllers start after its health check answers; without this account every pod is refused.
  await waitFor(() => admin.request('GET', '/api/v1/namespaces/default/serviceaccounts/default'), {
    what: 'the default service account, which the controller manager makes',
  });
}

async function prepare(from: {
  readonly folder: string;
  readonly ports: Setup['ports'];
  readonly authority: Authority;
  readonly identities: Identities;
  readonly options: ControlPlaneOptions;
}): Promise<Setup> {
  const { folder, ports, authority, identities, options } = from;
  return {
    folder,
    ports,
    caFile: authority.caFile,
    serving: await authority.issueServer(),
    frontProxy: await authority.issueClient({ cn: FRONT_PROXY }),
    serviceAccountKeys: await createServiceAccountKeys(folder),
    kubeconfigs: {
      'kube-controller-manager': await identities.kubeconfig({ cn: 'system:kube-controller-manager' }),
      'kube-scheduler': await identities.kubeconfig({ cn: 'system:kube-scheduler' }),
      kwok: await identities.kubeconfig({ cn: 'kwok', groups: ['system:masters'] }),
    },
    profile: options.profile,
    kwokStages: [...(await writeStages(folder, await findKwokStages())), ...(await findKwokMetrics())],
    manageNodesWithLabel: options.manageNodesWithLabel,
  };
}
