/** metrics-server behind the aggregation layer of a control plane: metrics.k8s.io of what KWOK's kubelets tell. */
import { join } from 'node:path';
import { metricsServerRecipe } from './binaries.ts';
import { ensureBinary } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePorts } from './ports.ts';
import { waitFor } from './wait.ts';
import { openWorkspace } from './workspace.ts';

/** A running metrics-server. */
export interface MetricsServer {
  /** Kills it and waits for its end; its APIService stays, as after a crash. Fine to call twice. */
  readonly stop: () => Promise<void>;
}

const SERVICE = { name: 'metrics-server', namespace: 'kube-system' };

/** Builds it if the cache lacks it, in minutes. */
export function ensureMetricsServer(): Promise<string> {
  return ensureBinary(metricsServerRecipe);
}

/**
 * Starts it and returns when it answers through the API server. It reads every 10 s what KWOK serves
 * for each node that has the annotation metrics.k8s.io/resource-metrics-path and the InternalIP 127.0.0.1.
 */
export async function startMetricsServer(plane: ControlPlane): Promise<MetricsServer> {
  const path = await ensureMetricsServer();
  const workspace = await openWorkspace();
  try {
    const { server: port } = await findFreePorts(['server']);
    const { kubeconfigPath: config } = plane;
    const args = [
      ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${config}`),
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${join(workspace.folder, 'certificates')}`],
      ...['--metric-resolution=10s', '--kubelet-request-timeout=5s', `--kubelet-port=${plane.kubeletPort}`],
      ...['--kubelet-preferred-address-types=InternalIP', '--deprecated-kubelet-completely-insecure'],
    ];
    await workspace.start({ name: 'metrics-server', path, args });
    await register(plane, port);
    await waitFor(() => plane.request('GET', '/apis/metrics.k8s.io/v1beta1/pods'), {
      what: 'metrics.k8s.io to answer',
    });
    return { stop: workspace.close };
  } catch (error) {
    const log = await workspace.logTail('metrics-server').catch(() => '');
    await workspace.close();
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`metrics-server: ${words}\n${log}`, { cause: error });
  }
}

async function register({ request }: ControlPlane, port: number): Promise<void> {
  await request('POST', '/api/v1/namespaces/kube-system/services', {
    body: { metadata: SERVICE, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] } },
  });
  await request('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    body: {
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        ...{ group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
        ...{ service: { ...SERVICE, port }, insecureSkipTLSVerify: true },
      },
    },
  });
}
