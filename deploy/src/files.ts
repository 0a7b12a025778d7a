/** All files of deploy/kubernetes: which objects, in which file, with which remarks. */
import {
  COLLECTOR_NAMESPACE,
  daemonCoverageCrd,
  maintenanceWindowCrd,
  OWN_KINDS,
  WATCHED_KINDS,
  type WatchedKind,
} from '@rollcall/contract';
import {
  configReaderRole,
  excluderRole,
  issuerBinding,
  peerBinding,
  readerRole,
  scraperAccount,
  scraperBinding,
  scraperToken,
} from './access.ts';
import { renderCanary } from './canary.ts';
import {
  clusterRoleBinding,
  disruptionBudget,
  NAME,
  namespace,
  peerService,
  podMonitor,
  renderDeployment,
  roleBinding,
  service,
  serviceAccount,
} from './collector.ts';
import { examplePolicy } from './example-policy.ts';
import { renderManifest, type Remark } from './manifest.ts';
import {
  conditionAccount,
  conditionAdmission,
  conditionAdmissionBinding,
  conditionBinding,
  conditionFlag,
  conditionRole,
  impersonatorBinding,
  impersonatorRole,
} from './node-conditions.ts';
import { renderClusterRole, renderRole } from './rbac.ts';

function whyOf(kinds: Readonly<Record<string, WatchedKind>>): readonly Remark[] {
  const lines = Object.values(kinds).map((kind) => `${kind.resource}: ${kind.why}`);
  return [{ path: ['rules'], text: lines.join('\n') }];
}

const deploymentRemarks: readonly Remark[] = [
  {
    path: ['spec', 'replicas'],
    text: 'The second one is warm: it knows all that the leader knows, and takes over within 20 s of its death, 3 s of its end.',
  },
  {
    path: ['spec', 'template', 'spec', 'volumes'],
    text: 'Make this Secret first: deploy/README.md says how. A new certificate in it is taken without a restart.\nThe journal lives as long as its pod; docs/journal.md says when that is enough, and what to do where it is not.',
  },
];

/** What every cluster takes, in the order of applying. */
function renderInstall(tag: string): ReadonlyMap<string, string> {
  return new Map([
    ['namespace.yaml', renderManifest(namespace)],
    ['crd.yaml', renderManifest(daemonCoverageCrd())],
    ['crd-maintenance-window.yaml', renderManifest(maintenanceWindowCrd())],
    ['service-account.yaml', renderManifest(serviceAccount)],
    ['cluster-role.yaml', renderManifest(renderClusterRole(NAME), whyOf(WATCHED_KINDS))],
    ['cluster-role-binding.yaml', renderManifest(clusterRoleBinding)],
    ['role.yaml', renderManifest(renderRole({ name: NAME, namespace: COLLECTOR_NAMESPACE }), whyOf(OWN_KINDS))],
    ['role-binding.yaml', renderManifest(roleBinding)],
    ['disruption-budget.yaml', renderManifest(disruptionBudget)],
    ['deployment.yaml', renderManifest(renderDeployment(tag), deploymentRemarks)],
    ['service.yaml', renderManifest(service)],
    ['peer-service.yaml', renderManifest(peerService)],
    ['reader-role.yaml', renderManifest(readerRole)],
    ['excluder-role.yaml', renderManifest(excluderRole)],
    ['peer-binding.yaml', renderManifest(peerBinding)],
    ['scraper-service-account.yaml', renderManifest(scraperAccount)],
    ['scraper-token.yaml', renderManifest(scraperToken)],
    ['scraper-binding.yaml', renderManifest(scraperBinding)],
    ['issuer-binding.yaml', renderManifest(issuerBinding)],
  ]);
}

/** The folder of what lets the collector write conditions of nodes: a component of Kustomize, since it is off by default. */
const CONDITIONS = 'node-conditions';

function renderConditions(): ReadonlyMap<string, string> {
  const resources = new Map([
    ['service-account.yaml', renderManifest(conditionAccount)],
    ['cluster-role.yaml', renderManifest(conditionRole)],
    ['cluster-role-binding.yaml', renderManifest(conditionBinding)],
    ['role.yaml', renderManifest(impersonatorRole)],
    ['role-binding.yaml', renderManifest(impersonatorBinding)],
    ['admission-policy.yaml', renderManifest(conditionAdmission)],
    ['admission-policy-binding.yaml', renderManifest(conditionAdmissionBinding)],
  ]);
  const component = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    resources: [...resources.keys()],
    patches: [conditionFlag],
  };
  const files = [...resources, ['kustomization.yaml', renderManifest(component)] as const];
  return new Map(files.map(([name, text]) => [`${CONDITIONS}/${name}`, text]));
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
    'Then, where the Prometheus Operator runs: pod-monitor.yaml. And a policy: policy-plexd.yaml is an example; with telemetry.canary in it: canary.yaml.';
  return new Map([
    ...install,
    ['config-reader-role.yaml', renderManifest(configReaderRole)],
    ['pod-monitor.yaml', renderManifest(podMonitor, [honorLabels])],
    ['policy-plexd.yaml', renderManifest(examplePolicy)],
    ['canary.yaml', renderManifest(renderCanary(tag), [canaryRemark])],
    ...renderConditions(),
    ['kustomization.yaml', renderManifest(kustomization, [{ path: [], text: then }])],
  ]);
}

const canaryRemark: Remark = {
  path: ['spec', 'template', 'spec', 'containers', 0, 'args'],
  text: 'The same period as in the policies (telemetry.canary.period); docs/canary.md tells of samples instead of lines.',
};

const honorLabels: Remark = {
  path: ['spec', 'podMetricsEndpoints', 0, 'honorLabels'],
  text: "Else Prometheus renames `namespace`, which is the DaemonSet's, to exported_namespace.",
};
