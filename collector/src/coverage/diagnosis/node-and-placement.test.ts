import { expect, test } from 'vitest';
import { diagnose, findAll } from './diagnose.ts';
import { buildPod, buildSubject, condition, NOW, type Scene } from './test-subject.ts';

test('an absent DaemonSet is named, one that is being deleted counts as missing too', () => {
  const absent = { ...buildSubject(), daemonSet: undefined };
  expect(diagnose(absent)).toEqual({ code: 'DaemonSetMissing', message: 'DaemonSet agents/agent does not exist.' });
  expect(diagnose(buildSubject({ daemonSet: { deletedAt: 1 } }))).toEqual({
    code: 'DaemonSetMissing',
    message: 'DaemonSet agents/agent is being deleted.',
  });
});

test('a policy without a DaemonSet misses none', () => {
  const subject = buildSubject({ policy: { hasDaemonSet: false } });
  expect(diagnose({ ...subject, daemonSet: undefined }).code).toBe('Unexplained');
});

test.each([
  [
    condition('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'),
    'NodeUnreachable',
    'Ready of node node-1 is Unknown (NodeStatusUnknown): Kubelet stopped posting node status.',
  ],
  [
    condition('Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'),
    'NodeUnreachable',
    'Ready of node node-1 is Unknown (NodeStatusNeverUpdated): Kubelet never posted node status.',
  ],
  [condition('Unknown'), 'NodeUnreachable', 'Ready of node node-1 is Unknown.'],
  [
    condition('False', 'KubeletNotReady', 'PLEG is not healthy: pleg was last seen active 3m0s ago'),
    'NodeNotReady',
    'Ready of node node-1 is False (KubeletNotReady): PLEG is not healthy: pleg was last seen active 3m0s ago.',
  ],
])('the Ready condition %j gives %s', (ready, code, message) => {
  expect(diagnose(buildSubject({ node: { ready } }))).toEqual({ code, message });
});

const absent = (scene: Scene): Scene => ({ ...scene, pods: [] });
const affinity = { matchExpressions: [{ key: 'gpu', operator: 'Exists', values: [] }], matchFields: [] };

test.each<readonly [Scene, string, string]>([
  [{ template: { nodeName: 'node-2' } }, 'NodeSelectorMismatch', "the template's nodeName is node-2"],
  [{ template: { nodeSelector: { role: 'w' } } }, 'NodeSelectorMismatch', 'nodeSelector asks role=w'],
  [{ template: { nodeSelector: { role: 'w' } } }, 'NodeSelectorMismatch', 'kubectl label node node-1'],
  [{ template: { terms: [affinity] } }, 'NodeSelectorMismatch', 'gpu Exists'],
  [
    { node: { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] } },
    'UntoleratedTaint',
    'untolerated taint dedicated=gpu:NoSchedule. To mend it: add to the template',
  ],
  [{ node: { taints: [{ key: 'x', value: '', effect: 'NoExecute' }] } }, 'UntoleratedTaint', 'x:NoExecute'],
  [
    { node: { taints: [{ key: 'a', value: '', effect: 'NoSchedule' }] }, template: { nodeSelector: { role: 'w' } } },
    'NodeSelectorMismatch',
    'role=w',
  ],
])('%j was never eligible: %s', (scene, code, part) => {
  const hit = diagnose(buildSubject(absent(scene)));
  expect(hit.code).toBe(code);
  expect(hit.message).toContain(part);
});

test.each<readonly [string, Scene]>([
  ['PreferNoSchedule', { node: { taints: [{ key: 'x', value: '', effect: 'PreferNoSchedule' }] } }],
  ['a cordon', { node: { taints: [{ key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' }] } }],
  ['an eligible past on an eligible node', { past: { lastEligibleMono: NOW - 5, drift: 'Lost.' } }],
])('%s keeps no daemon away', (_, scene) => {
  expect(findAll(buildSubject(absent(scene))).map(({ code }) => code)).toEqual(['CreateStalled']);
});

test('drift is told in the words of the past, else by the present placement', () => {
  const scene = absent({ template: { nodeSelector: { role: 'w' } } });
  const told = buildSubject({ ...scene, past: { lastEligibleMono: NOW - 5, drift: 'Label role went, by kubectl.' } });
  expect(diagnose(told)).toEqual({ code: 'LabelDrift', message: 'Label role went, by kubectl.' });
  const untold = buildSubject({ ...scene, past: { lastEligibleMono: NOW - 5 } });
  expect(diagnose(untold)).toMatchObject({
    code: 'LabelDrift',
    message: expect.stringContaining('nodeSelector asks role=w'),
  });
});

test('node problems are listed with their own words', () => {
  const problems = [
    { type: 'DiskPressure', ...condition('True', 'KubeletHasDiskPressure', 'kubelet has disk pressure') },
    { type: 'KernelDeadlock', ...condition('True') },
  ];
  expect(findAll(buildSubject({ node: { problems } })).at(-1)?.message).toBe(
    'Node node-1 has DiskPressure (KubeletHasDiskPressure): kubelet has disk pressure; KernelDeadlock.',
  );
});

test.each([
  ['unknown newest', buildPod(), ''],
  ['unknown own', buildPod({ hash: '' }), 'h2'],
  ['leaving pod', buildPod({}, { graceLeftMs: 1 }), 'h2'],
  ['same', buildPod(), 'h1'],
])('no revision is stale when it is: %s', (_, pod, newestHash) => {
  const codes = findAll(buildSubject({ pods: [pod], newestHash })).map(({ code }) => code);
  expect(codes).not.toContain('StaleRevision');
});

test('words of objects are told without the white space around them', () => {
  const ready = condition('False', 'KubeletNotReady', ' runtime is down\n');
  expect(diagnose(buildSubject({ node: { ready } })).message).toMatch(/: runtime is down\.$/);
});

test('long words of objects are cut at 300 characters, between whole ones', () => {
  const message = `${'x'.repeat(298)}\u{1F600}y`;
  const hit = diagnose(buildSubject({ node: { ready: condition('False', 'KubeletNotReady', message) } }));
  expect(hit.message.length).toBeLessThan(350);
  expect(hit.message.isWellFormed()).toBe(true);
});
