/** The commands that an on-call engineer pastes next: for each reason the one that shows its cause, and where it is safe the one that mends it. */
import { LOCAL_SOURCE, type ContainerObject, type Policy, type ReasonCode, type Taint } from '@rollcall/contract';
import type { Inventory } from '../inventory/index.ts';
import { explainPlacement, isPassingTaint, LABEL_COMMAND } from './explain-placement.ts';
import { poolLabelOf } from './policy-roll.ts';
import type { Subject } from './subject.ts';

/** What a command is about, each word fit for a shell. `pod` is 'NAME -n NAMESPACE', undefined without one. */
interface Names {
  readonly node: string;
  readonly namespace: string;
  readonly daemonSet: string;
  readonly pod: string | undefined;
  /** True when the policy's Daemons are in the cluster itself, so that the same kubectl shows them. */
  readonly isLocal: boolean;
}

type Commands = (names: Names, subject: Subject) => readonly string[];

const describeNode: Commands = ({ node }) => [`kubectl describe node ${node}`];
const describeDaemonSet: Commands = ({ daemonSet }) => [`kubectl describe daemonset ${daemonSet}`];
const editDaemonSet: Commands = ({ daemonSet }) => [`kubectl edit daemonset ${daemonSet}`];
/** Without a pod the DaemonSet's events say why none was made. */
const describePod: Commands = (names, subject) =>
  names.pod === undefined ? describeDaemonSet(names, subject) : [`kubectl describe pod ${names.pod}`];
const watchRollout: Commands = ({ daemonSet }) => [`kubectl rollout status daemonset ${daemonSet}`];

function template(path: string): Commands {
  return ({ daemonSet }) => [`kubectl get daemonset ${daemonSet} -o jsonpath='{.spec.template.spec.${path}}'`];
}

function both(...parts: readonly Commands[]): Commands {
  return (names, subject) => parts.flatMap((part) => part(names, subject));
}

const COMMANDS: Readonly<Record<ReasonCode, Commands>> = {
  DaemonSetMissing: ({ namespace }) => [`kubectl get daemonsets -n ${namespace}`],
  NodeMissing: () => [],
  NodeUnreachable: describeNode,
  NodeNotReady: describeNode,
  LabelDrift: mendPlacement,
  NodeSelectorMismatch: mendPlacement,
  UntoleratedTaint: mendPlacement,
  QuotaExceeded: both(({ namespace }) => [`kubectl describe resourcequotas -n ${namespace}`], describeDaemonSet),
  PodSecurityDenied: both(({ namespace }) => [`kubectl get namespace ${namespace} --show-labels`], describeDaemonSet),
  AdmissionDenied: describeDaemonSet,
  WebhookUnavailable: both(describeDaemonSet, () => [
    'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  ]),
  NamespaceTerminating: ({ namespace }) => [`kubectl get namespace ${namespace} -o yaml`],
  CreateDenied: describeDaemonSet,
  CreateStalled: both(() => ['kubectl get leases -n kube-system'], describeDaemonSet),
  SchedulingGated: both(template('schedulingGates'), describePod),
  InsufficientResources: both(describeNode, template('containers[*].resources')),
  PortConflict: ({ node }) => [
    `kubectl get pods -A --field-selector spec.nodeName=${node} -o custom-columns='NAMESPACE:.metadata.namespace,POD:.metadata.name,HOSTPORTS:.spec.containers[*].ports[*].hostPort'`,
  ],
  PodAntiAffinity: both(template('affinity'), template('topologySpreadConstraints'), editDaemonSet),
  VolumeUnbound: both(describePod, ({ namespace }) => [`kubectl get persistentvolumeclaims -n ${namespace}`]),
  SchedulerDown: both(template('schedulerName'), () => ['kubectl get leases -n kube-system']),
  KubeletRejected: both(describePod, describeNode),
  Evicted: both(describeNode, template('priorityClassName')),
  Preempted: both(template('priorityClassName'), () => ['kubectl get priorityclasses']),
  SandboxFailed: both(describePod, describeNode),
  VolumeMountFailed: both(describePod, template('volumes')),
  ImagePullFailed: mendImage,
  ContainerConfigError: showMissingObject,
  InitBlocked: readLog((container) => container.init),
  OOMKilled: both(describePod, template('containers[*].resources')),
  CrashLoop: readLog((container) => !container.init),
  ProbeFailing: both(describePod, readLogOfUnready),
  TerminatingStuck: endPod,
  RolloutBlocked: both(watchRollout, describeDaemonSet),
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
  SinkUnavailable: readDaemonLog,
  AgentForbidden: readDaemonLog,
  HeartbeatStale: readDaemonLog,
  MeshDegraded: readDaemonLog,
  IngestionLagging: readDaemonLog,
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

function nameAll({ policy, node, pod }: Subject): Names {
  const namespace = shellWord(policy.namespace);
  return {
    node: shellWord(node.object.name),
    namespace,
    daemonSet: `${shellWord(policy.daemonset)} -n ${namespace}`,
    isLocal: policy.daemonLayer?.source === LOCAL_SOURCE,
    pod: pod && `${shellWord(pod.object.name)} -n ${shellWord(pod.object.namespace)}`,
  };
}

/** For a node that is not there: those of its pool that are, by the label that makes the pool. */
export function commandsForPhantom(inventory: Inventory, policy: Policy, pool: string): readonly string[] {
  const nodes = [...inventory.nodes.values()].map(({ object }) => object);
  const label = nodes.map((node) => poolLabelOf(policy, node, pool)).find((found) => found !== undefined);
  if (label !== undefined) return [`kubectl get nodes -l ${shellWord(`${label}=${pool}`)}`];
  return [`kubectl get nodes -L ${shellWord(policy.poolLabels.join(','))}`];
}

/** A word that a shell takes as it is written: whatever is not plainly harmless is quoted. */
function shellWord(word: string): string {
  return /^[\w./:=,@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
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
  const waiting = subject.pod?.object.containers.map((container) => container.waiting?.message ?? '').join(' ') ?? '';
  const isRefused = /unauthorized|forbidden|denied|authorization failed|no basic auth|40[13]/i.test(waiting);
  const mend = isRefused
    ? template('imagePullSecrets')
    : (own: Names): readonly string[] => [`kubectl rollout undo daemonset ${own.daemonSet}`];
  return both(describePod, mend)(names, subject);
}

// pkg/kubelet: `secret "x" not found`, `configmap "x" not found`, `couldn't find key k in Secret ns/x`.
const MISSING = /\b(secret|configmap) "?(?:[\w-]+\/)?([\w.-]+)"?/i;

function showMissingObject(names: Names, subject: Subject): readonly string[] {
  const texts = subject.pod?.object.containers.map(({ waiting }) => waiting?.message ?? '') ?? [];
  const [, kind, name] = texts.map((text) => MISSING.exec(text)).find((found) => found !== null) ?? [];
  const shown = describePod(names, subject);
  if (kind === undefined || name === undefined) return shown;
  return [`kubectl get ${kind.toLowerCase()} ${shellWord(name)} -n ${names.namespace}`, ...shown];
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
