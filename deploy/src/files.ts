/** All files of deploy/kubernetes: which objects, in which file, with which remarks. */
import { daemonCoverageCrd, WATCHED_KINDS } from '@rollcall/contract';
import {
  clusterRoleBinding,
  INSECURE_PATH,
  NAME,
  namespace,
  podMonitor,
  renderDeployment,
  service,
  serviceAccount,
} from './collector.ts';
import { examplePolicy } from './example-policy.ts';
import { renderManifest, type Remark } from './manifest.ts';
import { renderClusterRole } from './rbac.ts';

const why = Object.values(WATCHED_KINDS).map((kind) => `${kind.resource}: ${kind.why}`);

const deploymentRemarks: readonly Remark[] = [
  {
    path: ['spec', 'strategy', 'type'],
    text: 'Two collectors at once would both count the same node-seconds.',
  },
  {
    path: INSECURE_PATH,
    text: 'The probes and Prometheus come from other addresses, and the collector cannot tell clients apart yet: whoever reaches\nthis port may read everything. Let a NetworkPolicy admit Prometheus and your operators only.',
  },
];

/** What every cluster takes, in the order of applying. */
function renderInstall(tag: string): ReadonlyMap<string, string> {
  return new Map([
    ['namespace.yaml', renderManifest(namespace)],
    ['crd.yaml', renderManifest(daemonCoverageCrd())],
    ['service-account.yaml', renderManifest(serviceAccount)],
    ['cluster-role.yaml', renderManifest(renderClusterRole(NAME), [{ path: ['rules'], text: why.join('\n') }])],
    ['cluster-role-binding.yaml', renderManifest(clusterRoleBinding)],
    ['deployment.yaml', renderManifest(renderDeployment(tag), deploymentRemarks)],
    ['service.yaml', renderManifest(service)],
  ]);
}

/** The texts of all files by name; `tag` is the tag of the image. */
export function renderFiles(tag: string): ReadonlyMap<string, string> {
  const install = renderInstall(tag);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...install.keys()],
  };
  const then =
    'Then, where the Prometheus Operator runs: pod-monitor.yaml. And a policy: policy-plexd.yaml is an example.';
  return new Map([
    ...install,
    ['pod-monitor.yaml', renderManifest(podMonitor, [honorLabels])],
    ['policy-plexd.yaml', renderManifest(examplePolicy)],
    ['kustomization.yaml', renderManifest(kustomization, [{ path: [], text: then }])],
  ]);
}

const honorLabels: Remark = {
  path: ['spec', 'podMetricsEndpoints', 0, 'honorLabels'],
  text: "Else Prometheus renames `namespace`, which is the DaemonSet's, to exported_namespace.",
};
