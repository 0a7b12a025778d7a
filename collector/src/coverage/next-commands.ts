/** The commands that an on-call engineer pastes next: for each reason the one that shows its cause, and where it is safe the one that mends it. */
import type { ContainerObject, Policy, ReasonCode, Taint } from '@rollcall/contract';
import type { Inventory } from '../inventory/index.ts';
import { both, describeDaemonSet, describePod, nameAll, shellWord, template } from './command-words.ts';
import type { Commands, Names } from './command-words.ts';
import { isPullRefused } from './diagnosis/image-pull-failed.ts';
import { explainPlacement, isPassingTaint, LABEL_COMMAND } from './explain-placement.ts';
import { poolLabelOf } from './policy-roll.ts';
import { mendCreation, mendQuota, showAdmission, showPodSecurity, showWebhook } from './refusal-commands.ts';
import type { Subject } from './subject.ts';

const describeNode: Commands = ({ node }) => [`kubectl describe node ${node}`];
const editDaemonSet: Commands = ({ daemonSet }) => [`kubectl edit daemonset ${daemonSet}`];
const watchRollout: Commands = ({ daemonSet }) => [`kubectl rollout status daemonset ${daemonSet}`];

const COMMANDS: Readonly<Record<ReasonCode, Commands>> = {
  DaemonSetMissing: ({ namespace }) => [`kubectl get daemonsets -n ${namespace}`],
  NodeMissing: () => [],
  NodeUnreachable: describeNode,
  NodeNotReady: describeNode,
  LabelDrift: mendPlacement,
  NodeSelectorMismatch: mendPlacement,
  UntoleratedTaint: mendPlacement,
  QuotaExceeded: mendQuota,
  PodSecurityDenied: showPodSecurity,
  AdmissionDenied: showAdmission,
  WebhookUnavailable: showWebhook,
  NamespaceTerminating: ({ namespace }) => [
    `kubectl get namespace ${namespace} -o jsonpath='{.status.conditions}'`,
    'kubectl get apiservices',
  ],
  CreateDenied: mendCreation,
  CreateStalled: both(() => ['kubectl get lease kube-controller-manager -n kube-system'], describeDaemonSet),
  SchedulingGated: both(template('schedulingGates'), describePod),
  InsufficientResources: both(describeNode, template('containers[*].resources')),
  PortConflict: ({ node }) => [
    `kubectl get pods -A --field-selector spec.nodeName=${node} -o custom-columns='NAMESPACE:.metadata.namespace,POD:.metadata.name,HOSTPORTS:.spec.containers[*].ports[*].hostPort'`,
  ],
  PodAntiAffinity: both(template('affinity'), template('topologySpreadConstraints'), editDaemonSet),
  VolumeUnbound: both(describePod, ({ namespace }) => [`kubectl get persistentvolumeclaims -n ${namespace}`]),
  SchedulerDown: both(template('schedulerName'), () => ['kubectl get leases -n kube-system']),
  KubeletRejected: both(describePod, describeNode),
  Evicted: showEviction,
  Preempted: both(template('priorityClassName'), () => ['kubectl get priorityclasses']),
  SandboxFailed: both(describePod, showNodePods('kube-system')),
  VolumeMountFailed: showVolume,
  ImagePullFailed: mendImage,
  ContainerConfigError: showMissingObject,
  InitBlocked: readLog((container) => container.init),
  OOMKilled: both(describePod, template('containers[*].resources')),
  CrashLoop: readLog((container) => !container.init),
  ProbeFailing: both(showProbes, describePod, readLogOfUnready),
  TerminatingStuck: endPod,
  RolloutBlocked: both(showDownNodes, watchRollout),
  RolloutReplacing: watchRollout,
  Starting: describePod,
  NotYetAvailable: watchRollout,
  DuplicatePod: ({ namespace, node }) => [
    `kubectl get pods -n ${namespace} --field-selector spec.nodeName=${node} --show-labels`,
  ],
  DaemonMissing: both(readDaemonLog, ({ isLocal }) => (isLocal ? ['kubectl get daemons.core.riptides.io -A'] : [])),
  DaemonAmbiguous: both(showDaemons, describeNode),
  DaemonUnhealthy: both(readDaemonLog, showDaemons),
  DriverUnhealthy: both(readDaemonLog, showDaemons),
  ProbeStale: both(readDaemonLog, showDaemons),
  EgressBlocked: showNetworkPolicies,
  SinkUnavailable: both(showSink, readDaemonLog),
  AgentForbidden: both(readDaemonLog, showRights),
  HeartbeatStale: both(readDaemonLog, describePod),
  MeshDegraded: both(readDaemonLog, () => ['kubectl get nodes -o wide']),
  IngestionLagging: both(readDaemonLog, showSink),
  Unexplained: both(describePod, readLogOfUnready),
};

/** For a reason of that node, the most useful first. */
export function commandsFor(code: ReasonCode, subject: Subject): readonly string[] {
  return COMMANDS[code](nameAll(subject), subject);
}

/** For a node of which nobody can tell by what is seen: what its daemon itself says. */
export function commandsForSilence(subject: Subject): readonly string[] {
  return readDaemonLog(nameAll(subject), subject);
}

/** For a node that is not there: those of its pool that are, by the label that makes the pool. */
export function commandsForPhantom(inventory: Inventory, policy: Policy, pool: string): readonly string[] {
  const nodes = [...inventory.nodes.values()].map(({ object }) => object);
  const label = nodes.map((node) => poolLabelOf(policy, node, pool)).find((found) => found !== undefined);
  if (label !== undefined) return [`kubectl get nodes -l ${shellWord(`${label}=${pool}`)}`];
  return [`kubectl get nodes -L ${shellWord(policy.poolLabels.join(','))}`];
}

function mendPlacement(names: Names, subject: Subject): readonly string[] {
  const { node, daemonSet, placement } = subject;
  if (daemonSet === undefined) return describeNode(names, subject);
  const { mend } = explainPlacement(node.object, daemonSet.object.placement, placement);
  if (mend.startsWith(LABEL_COMMAND)) return [mend];
  if (placement.untolerated.length === 0) return editDaemonSet(names, subject);
  const lasting = placement.untolerated.filter(({ key }) => !isPassingTaint(key));
  if (lasting.length === 0) return describeNode(names, subject);
  return [`kubectl taint node ${names.node} ${lasting.map(untaint).join(' ')}`, ...editDaemonSet(names, subject)];
}

function untaint({ key, value, effect }: Taint): string {
  return shellWord(`${key}${value === '' ? '' : `=${value}`}:${effect}-`);
}

function mendImage(names: Names, subject: Subject): readonly string[] {
  const mend = isPullRefused(subject)
    ? template('imagePullSecrets')
    : (own: Names): readonly string[] => [`kubectl rollout undo daemonset ${own.daemonSet}`];
  return both(describePod, mend)(names, subject);
}

// pkg/kubelet: `secret "x" not found`, `configmap "x" not found`, `couldn't find key k in Secret ns/x`.
const MISSING = /\b(secret|configmap) "?(?:[\w-]+\/)?([\w.-]+)"?/i;

function showMissingObject(names: Names, subject: Subject): readonly string[] {
  const texts = subject.pod?.object.containers.map(({ waiting }) => waiting?.message ?? '') ?? [];
  return [...findMissing(texts, names), ...describePod(names, subject)];
}

function findMissing(texts: readonly string[], { namespace }: Names): readonly string[] {
  const [, kind, name] = texts.map((text) => MISSING.exec(text)).find((found) => found !== null) ?? [];
  if (kind === undefined || name === undefined) return [];
  return [`kubectl get ${kind.toLowerCase()} ${shellWord(name)} -n ${namespace}`];
}

function readLog(isMeant: (container: ContainerObject) => boolean): Commands {
  return (names, subject) => {
    const container = subject.pod?.object.containers.find((own) => isMeant(own) && !own.ready && !hasDoneItsWork(own));
    if (names.pod === undefined || container === undefined) return describePod(names, subject);
    const previous = container.lastTerminated === undefined ? '' : ' --previous';
    return [
      `kubectl logs ${names.pod} -c ${shellWord(container.name)}${previous}`,
      `kubectl describe pod ${names.pod}`,
    ];
  };
}

const MOST_SHOWN = 3;

function showNetworkPolicies({ namespace }: Names, { egress }: Subject): readonly string[] {
  const selecting = egress === undefined || 'unseen' in egress ? [] : egress.selecting;
  if (selecting.length === 0) return [`kubectl get networkpolicies -n ${namespace}`];
  return selecting
    .slice(0, MOST_SHOWN)
    .map(({ name }) => `kubectl describe networkpolicy ${shellWord(name)} -n ${namespace}`);
}

function showNodePods(namespace: string): Commands {
  return ({ node }) => [`kubectl get pods -n ${namespace} -o wide --field-selector spec.nodeName=${node}`];
}

/** Who drains or deschedules asks the eviction API, which a budget can hold back; the kubelet under pressure asks nobody. */
function showEviction(names: Names, subject: Subject): readonly string[] {
  const isAsked = subject.pod?.object.disruption?.reason === 'EvictionByEvictionAPI';
  const shown = isAsked ? [`kubectl get poddisruptionbudgets -n ${names.namespace}`] : [];
  return [...describeNode(names, subject), ...shown, ...template('priorityClassName')(names, subject)];
}

const VOLUME = /for volume "([^"]+)"/;

/** The object that the kubelet misses, or else the volume that it speaks of. */
function showVolume(names: Names, subject: Subject): readonly string[] {
  const text = subject.podEvents.map(({ object }) => object.message).find((own) => /volume|attach/i.test(own)) ?? '';
  const missing = / "[^"]+" not found/.test(text) ? findMissing([text], names) : [];
  const [, volume] = VOLUME.exec(text) ?? [];
  const shown = template(
    volume === undefined ? 'volumes' : `volumes[?(@.name=="${volume.replaceAll(/[^\w.-]/g, '')}")]`,
  );
  const held = text.includes('Multi-Attach') ? ['kubectl get volumeattachments'] : [];
  return [...missing, ...held, ...shown(names, subject), ...describePod(names, subject)];
}

function showProbes({ daemonSet }: Names, { pod }: Subject): readonly string[] {
  const container = pod?.object.containers.find(({ ready }) => !ready);
  const which = container === undefined ? '[*]' : `[?(@.name=="${container.name.replaceAll(/[^\w.-]/g, '')}")]`;
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'];
  const paths = probes.map((probe) => `{.spec.template.spec.containers${which}.${probe}}`).join('{"\\n"}');
  return [`kubectl get daemonset ${daemonSet} -o jsonpath='${paths}'`];
}

function showDownNodes(_: Names, { rollout, node }: Subject): readonly string[] {
  const others = rollout.downNodes.filter((name) => name !== node.object.name).slice(0, MOST_SHOWN);
  return others.length === 0 ? [] : [`kubectl get nodes ${others.map(shellWord).join(' ')}`];
}

/** The pods of the sink, where it is in the cluster and the policy names it. */
function showSink(_: Names, { policy }: Subject): readonly string[] {
  const { namespace, podSelector } = policy.telemetry?.sink ?? {};
  if (namespace === undefined) return [];
  const pairs = Object.entries(podSelector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const selector = pairs.length === 0 ? '' : ` -l ${shellWord(pairs.join(','))}`;
  return [`kubectl get pods -n ${shellWord(namespace)}${selector} -o wide`];
}

function showRights({ namespace }: Names, { daemonSet }: Subject): readonly string[] {
  const account = shellWord(daemonSet?.object.serviceAccount ?? 'default');
  return [`kubectl auth can-i --list --as=system:serviceaccount:${namespace}:${account} -n ${namespace}`];
}

function readDaemonLog(names: Names, subject: Subject): readonly string[] {
  if (names.pod === undefined) return describePod(names, subject);
  return [`kubectl logs ${names.pod} --all-containers --tail=100`];
}

function showDaemons({ isLocal }: Names, { daemon }: Subject): readonly string[] {
  if (!isLocal) return [];
  return (daemon?.candidates ?? []).slice(0, 5).map(({ daemon: { object } }) => {
    return `kubectl get daemons.core.riptides.io ${shellWord(object.name)} -n ${shellWord(object.namespace)} -o yaml`;
  });
}

/** Of a container that runs and is not ready: what it does instead. */
function readLogOfUnready({ pod }: Names, subject: Subject): readonly string[] {
  const container = subject.pod?.object.containers.find(({ running, ready }) => running && !ready);
  return pod === undefined || container === undefined ? [] : [`kubectl logs ${pod} -c ${shellWord(container.name)}`];
}

function hasDoneItsWork({ init, terminated }: ContainerObject): boolean {
  return init && terminated?.exitCode === 0;
}

function endPod(names: Names, subject: Subject): readonly string[] {
  const { pod, node } = subject;
  if (names.pod === undefined || pod === undefined) return describeDaemonSet(names, subject);
  const { finalizers } = pod.object;
  if (finalizers.length > 0) {
    return [
      `kubectl get pod ${names.pod} -o jsonpath='{.metadata.finalizers}'`,
      `kubectl patch pod ${names.pod} --type=merge -p '{"metadata":{"finalizers":null}}'`,
    ];
  }
  const force = `kubectl delete pod ${names.pod} --grace-period=0 --force`;
  return node.object.ready.status === 'True'
    ? [`kubectl describe pod ${names.pod}`, force]
    : [`kubectl describe node ${names.node}`, force];
}
