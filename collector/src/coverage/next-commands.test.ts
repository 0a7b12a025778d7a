import { REASONS, type ReasonCode } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { buildEvent, buildFaulty, buildPod, buildSubject, condition } from './diagnosis/test-subject.ts';
import { buildRefusals } from './diagnosis/test-refusals.ts';
import { commandsFor } from './next-commands.ts';
import type { Subject } from './subject.ts';

const POD = 'agent-x1 -n agents';
const SET = 'agent -n agents';

function first(code: ReasonCode, subject: Subject): string | undefined {
  return commandsFor(code, subject)[0];
}

test('every reason of a node has a command, with a pod and without one', () => {
  const subjects = [buildSubject(), buildSubject({ pods: [] })];
  const isMute = (code: ReasonCode): boolean => subjects.some((subject) => commandsFor(code, subject).length === 0);
  expect((Object.keys(REASONS) as ReasonCode[]).filter(isMute)).toEqual(['NodeMissing']);
});

test('a crash is read in the log of the run that ended', () => {
  const ended = { exitCode: 1, signal: 0, reason: 'Error', message: '' };
  const crashed = buildFaulty([{ lastTerminated: ended, restarts: 1 }]);
  expect(first('CrashLoop', buildSubject({ pods: [crashed] }))).toBe(`kubectl logs ${POD} -c agent --previous`);
  const once = buildFaulty([{ terminated: ended }]);
  expect(first('CrashLoop', buildSubject({ pods: [once] }))).toBe(`kubectl logs ${POD} -c agent`);
});

test('a blocked init container is read, not the one before it that has done its work', () => {
  const done = { name: 'first', init: true, terminated: { exitCode: 0, signal: 0, reason: 'Completed', message: '' } };
  const pod = buildFaulty([done, { name: 'second', init: true, running: true }, { name: 'agent' }]);
  expect(first('InitBlocked', buildSubject({ pods: [pod] }))).toBe(`kubectl logs ${POD} -c second`);
});

test.each([
  ['secret "token" not found', 'kubectl get secret token -n agents'],
  ['configmap "agent-config" not found', 'kubectl get configmap agent-config -n agents'],
  ["couldn't find key ca.crt in Secret agents/tls", 'kubectl get secret tls -n agents'],
  ['exec: "agent": not found', `kubectl describe pod ${POD}`],
])('of the fault %j the object is shown that it names', (message, command) => {
  const pod = buildFaulty([{ waiting: { reason: 'CreateContainerConfigError', message } }]);
  expect(first('ContainerConfigError', buildSubject({ pods: [pod] }))).toBe(command);
});

test.each([
  ['pull access denied', `kubectl get daemonset ${SET} -o jsonpath='{.spec.template.spec.imagePullSecrets}'`],
  ['manifest unknown', `kubectl rollout undo daemonset ${SET}`],
])('the answer %j of a registry decides how an image is mended', (message, command) => {
  const pod = buildFaulty([{ waiting: { reason: 'ErrImagePull', message } }]);
  expect(commandsFor('ImagePullFailed', buildSubject({ pods: [pod] }))).toEqual([
    `kubectl describe pod ${POD}`,
    command,
  ]);
});

test('a number in the name of an image, and a directory that the runtime may not make, are no answer of a registry', () => {
  const image = 'registry.example/agent@sha256:4030401aa';
  const undo = `kubectl rollout undo daemonset ${SET}`;
  for (const words of [`"${image}": not found`, `"${image}": mkdir /var/lib/x: permission denied`]) {
    const pod = buildFaulty([{ image, waiting: { reason: 'ErrImagePull', message: words } }]);
    expect(commandsFor('ImagePullFailed', buildSubject({ pods: [pod] })).at(-1)).toBe(undo);
  }
  // Older kubelets say why in their event only.
  const pod = buildFaulty([{ image, waiting: { reason: 'ImagePullBackOff', message: '' } }]);
  const event = buildEvent('Failed', `Failed to pull image "${image}": 401 Unauthorized`);
  const told = buildSubject({ pods: [pod], podEvents: [event] });
  expect(commandsFor('ImagePullFailed', told).at(-1)).toContain('imagePullSecrets');
});

test('a pod that does not end is freed of its finalizer, or removed by force', () => {
  const held = buildPod({ finalizers: ['a/b'] }, { graceLeftMs: -60_000 });
  expect(commandsFor('TerminatingStuck', buildSubject({ pods: [held] })).at(-1)).toContain('finalizers');
  const stuck = buildPod({}, { graceLeftMs: -60_000 });
  const dead = buildSubject({ pods: [stuck], node: { ready: condition('Unknown') } });
  expect(commandsFor('TerminatingStuck', dead)).toEqual([
    'kubectl describe node node-1',
    `kubectl delete pod ${POD} --grace-period=0 --force`,
  ]);
});

test('what a label would mend is a label command, what a passing taint keeps away is looked at', () => {
  const unlabelled = buildSubject({ template: { nodeSelector: { gpu: 'yes' } } });
  expect(commandsFor('NodeSelectorMismatch', unlabelled)).toEqual(['kubectl label node node-1 --overwrite gpu=yes']);
  const passing = { key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' };
  expect(commandsFor('UntoleratedTaint', buildSubject({ node: { taints: [passing] } }))).toEqual([
    'kubectl describe node node-1',
  ]);
});

test('a name that would do something in a shell is quoted', () => {
  const taints = [{ key: 'a', value: "x'; rm -rf ~;'", effect: 'NoSchedule' }];
  expect(first('UntoleratedTaint', buildSubject({ node: { name: 'n$(id)', taints } }))).toBe(
    String.raw`kubectl taint node 'n$(id)' 'a=x'\''; rm -rf ~;'\'':NoSchedule-'`,
  );
});

const RETRY = `kubectl annotate daemonset ${SET} --overwrite retry="$(date +%s)"`;
const HOOKS =
  "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o custom-columns='KIND:.kind,NAME:.metadata.name,POLICY:.webhooks[*].failurePolicy,WEBHOOKS:.webhooks[*].name' | grep -F deny.example.com";

test.each<[Parameters<typeof buildRefusals>[0], string, readonly string[]]>([
  [
    'QuotaExceeded',
    'pods "agent-" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0',
    ['kubectl describe resourcequota no-pods -n agents', 'kubectl edit resourcequota no-pods -n agents', RETRY],
  ],
  [
    'QuotaExceeded',
    'pods "agent-" is forbidden: failed quota: cpu.quota: must specify limits.cpu for: agent',
    ['kubectl describe resourcequota cpu.quota -n agents', 'kubectl edit resourcequota cpu.quota -n agents', RETRY],
  ],
  [
    'AdmissionDenied',
    `pods "agent-x" is forbidden: ValidatingAdmissionPolicy 'no-agents' with binding 'everywhere' denied request: no`,
    [
      'kubectl get validatingadmissionpolicy no-agents -o yaml',
      'kubectl get validatingadmissionpolicybinding everywhere -o yaml',
    ],
  ],
  ['AdmissionDenied', 'admission webhook "deny.example.com" denied the request: no', [HOOKS]],
  [
    'WebhookUnavailable',
    'Internal error occurred: failed calling webhook "deny.example.com": failed to call webhook: Post "https://guard.policy.svc:443/v?timeout=5s": dial tcp: connection refused',
    [
      'kubectl get endpointslices -n policy -l kubernetes.io/service-name=guard',
      'kubectl get pods -n policy -o wide',
      HOOKS,
    ],
  ],
  [
    'WebhookUnavailable',
    'Internal error occurred: failed calling webhook "deny.example.com": no endpoints available for service "guard"',
    ['kubectl get endpointslices -A -l kubernetes.io/service-name=guard', HOOKS],
  ],
  [
    'CreateDenied',
    'pods "agent-" is forbidden: error looking up service account agents/robot: serviceaccount "robot" not found',
    ['kubectl get serviceaccount robot -n agents', 'kubectl create serviceaccount robot -n agents', RETRY],
  ],
  [
    'CreateDenied',
    'pods "agent-" is forbidden: no PriorityClass with name gold was found',
    [
      'kubectl get priorityclasses',
      `kubectl get daemonset ${SET} -o jsonpath='{.spec.template.spec.priorityClassName}'`,
    ],
  ],
  [
    'CreateDenied',
    'pods "agent-" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ['kubectl describe limitranges -n agents'],
  ],
])('%s by %j is shown and mended by the objects that it names', (code, text, expected) => {
  const subject = buildSubject({ pods: [], making: { refusals: buildRefusals(code, text) } });
  const commands = commandsFor(code, subject);
  expect(commands.slice(0, expected.length)).toEqual(expected);
  for (const command of commands) expect(command).toMatch(/^kubectl /);
});

test('what Pod Security would say is asked without a change', () => {
  const commands = commandsFor('PodSecurityDenied', buildSubject({ pods: [] }));
  expect(commands.filter((command) => command.includes(' label '))).toEqual([
    'kubectl label --dry-run=server --overwrite namespace agents pod-security.kubernetes.io/enforce=baseline',
  ]);
});

test.each([
  ['MountVolume.SetUp failed for volume "v" : secret "token" not found', 'kubectl get secret token -n agents'],
  ['MountVolume.SetUp failed for volume "v" : configmap "conf" not found', 'kubectl get configmap conf -n agents'],
  [
    'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /run/x is not a socket file',
    `kubectl get daemonset ${SET} -o jsonpath='{.spec.template.spec.volumes[?(@.name=="v")]}'`,
  ],
  ['Multi-Attach error for volume "v" Volume is already used', 'kubectl get volumeattachments'],
])('a volume that fails by %j is shown by what is at fault', (message, command) => {
  const subject = buildSubject({ podEvents: [buildEvent('FailedMount', message)] });
  expect(first('VolumeMountFailed', subject)).toBe(command);
});

test('the probes are those of the container that is not ready', () => {
  const pod = buildFaulty([
    { name: 'mesh', running: true, ready: true },
    { name: 'agent', running: true },
  ]);
  expect(first('ProbeFailing', buildSubject({ pods: [pod] }))).toContain('[?(@.name=="agent")].readinessProbe}');
});

test('a blocked rollout shows the nodes that eat its budget', () => {
  const subject = buildSubject({ rollout: { budget: 2, downNodes: ['node-1', 'node-8', 'node-9'] } });
  expect(first('RolloutBlocked', subject)).toBe('kubectl get nodes node-8 node-9');
});

test('a budget is shown where the eviction API was asked, not where the kubelet evicted', () => {
  const disruption = { status: 'True', reason: 'EvictionByEvictionAPI', message: '' };
  const commands = commandsFor('Evicted', buildSubject({ pods: [buildPod({ disruption })] }));
  expect(commands).toContain('kubectl get poddisruptionbudgets -n agents');
  const own = buildSubject({ pods: [buildPod({ phase: 'Failed', reason: 'Evicted' })] });
  expect(commandsFor('Evicted', own).join(' ')).not.toContain('poddisruptionbudgets');
});

test('a sink in the cluster is looked at by its labels, and the rights are those of the daemon', () => {
  const podSelector = { matchLabels: { app: 'otel', tier: 'a b' }, matchExpressions: [] };
  const policy = { telemetry: { sink: { namespace: 'telemetry', podSelector } } };
  const subject = buildSubject({ policy, daemonSet: { serviceAccount: 'robot' } });
  expect(first('SinkUnavailable', subject)).toBe("kubectl get pods -n telemetry -l 'app=otel,tier=a b' -o wide");
  expect(commandsFor('AgentForbidden', subject)).toContain(
    'kubectl auth can-i --list --as=system:serviceaccount:agents:robot -n agents',
  );
});

test('the NetworkPolicies that cut the daemon off are described', () => {
  const selecting = ['deny', 'dns'].map((name) => ({
    uid: name,
    name,
    namespace: 'agents',
    podSelector: { matchLabels: {}, matchExpressions: [] },
    limitsEgress: true,
    egress: [],
  }));
  const egress = { allowed: 'no', selecting, otherPorts: [], hostNetwork: false } as const;
  expect(commandsFor('EgressBlocked', buildSubject({ egress }))).toEqual([
    'kubectl describe networkpolicy deny -n agents',
    'kubectl describe networkpolicy dns -n agents',
  ]);
});
