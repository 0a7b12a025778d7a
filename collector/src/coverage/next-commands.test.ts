import { REASONS, type ReasonCode } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { buildFaulty, buildPod, buildSubject, condition } from './diagnosis/test-subject.ts';
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
