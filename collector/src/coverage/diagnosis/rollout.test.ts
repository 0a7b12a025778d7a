import { expect, test } from 'vitest';
import { diagnose, findAll, findOnCovered } from './diagnose.ts';
import { buildPod, buildSubject, condition, NOW, type Scene } from './test-subject.ts';

const OLD_GONE = { hash: 'h0', monoMs: NOW - 1000 };
const fresh = buildPod({}, { ageMs: 500 });

test.each<readonly [string, Scene]>([
  ['the old pod went and no new one is there', { pods: [], gone: OLD_GONE }],
  ['the old pod went and the new one is young', { pods: [fresh], gone: OLD_GONE }],
  ['the old pod is terminating', { pods: [buildPod({ hash: 'h0' }, { graceLeftMs: 5000 })] }],
  [
    'the old pod is terminating beside the new one',
    { pods: [buildPod({ name: 'agent-old', hash: 'h0' }, { graceLeftMs: 5000 }), fresh] },
  ],
])('a rollout replaces the pod when %s', (_, scene) => {
  expect(diagnose(buildSubject(scene))).toEqual({
    code: 'RolloutReplacing',
    message: 'The rollout replaces revision h0 by h1 here.',
  });
});

test('in a surge the old pod that serves is stale, though the new one beside it is judged', () => {
  const old = buildPod({ name: 'agent-old', uid: 'old', hash: 'h0', ready: condition('True') });
  const young = buildPod({ phase: 'Pending' }, { ageMs: 1_000 });
  const found = findOnCovered(buildSubject({ pods: [old, young], daemonSet: { surge: true } }));
  expect(found.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'StaleRevision: Pod agents/agent-old runs revision h0, the newest is h1.',
  ]);
  const served = { ...young, object: { ...young.object, phase: 'Running', ready: condition('True') } };
  expect(findOnCovered(buildSubject({ pods: [served], daemonSet: { surge: true } }))).toEqual([]);
});

test.each<readonly [string, Scene]>([
  ['the strategy is OnDelete', { pods: [], gone: OLD_GONE, daemonSet: { strategy: 'OnDelete' } }],
  ['the pod that went had the newest revision', { pods: [], gone: { ...OLD_GONE, hash: 'h1' } }],
  ['the revision of the pod that went is unknown', { pods: [], gone: { ...OLD_GONE, hash: '' } }],
  ['the newest revision is unknown', { pods: [], gone: OLD_GONE, newestHash: '' }],
  ['the young pod is of an old revision', { pods: [fresh], gone: OLD_GONE, newestHash: 'h2' }],
  ['the old pod went long before the new one came', { pods: [fresh], gone: { hash: 'h0', monoMs: NOW - 200_000 } }],
  ['a pod of the newest revision is terminating', { pods: [buildPod({}, { graceLeftMs: 5000 })] }],
])('it is a plain start when %s', (_, scene) => {
  expect(diagnose(buildSubject(scene)).code).toBe('Starting');
});

test('a rollout has replaced the pod once the new one is Ready, and has not when the new one ended', () => {
  const ready = buildPod({ ready: condition('True') }, { ageMs: 500 });
  const scene = { gone: OLD_GONE, daemonSet: { minReadySeconds: 5 } };
  expect(diagnose(buildSubject({ ...scene, pods: [ready] })).code).toBe('NotYetAvailable');
  const ended = buildPod({ phase: 'Failed' }, { ageMs: 500 });
  expect(diagnose(buildSubject({ ...scene, pods: [ended] })).code).toBe('Unexplained');
});

test('no rollout and no start is found on a node that is not eligible any more', () => {
  const scene = { pods: [], gone: OLD_GONE, template: { nodeSelector: { role: 'w' } } };
  expect(findAll(buildSubject(scene)).map(({ code }) => code)).toEqual(['NodeSelectorMismatch']);
});

test('a start says what it waits for', () => {
  const say = (scene: Scene): string => diagnose(buildSubject(scene)).message;
  expect(say({ pods: [], past: { eligibleSinceMono: NOW - 5 } })).toBe(
    'No pod yet, within the start deadline of 120 s.',
  );
  expect(say({ pods: [buildPod({ phase: 'Pending' }, { ageMs: 1 })] })).toBe(
    'Pod agents/agent-x1 is Pending, not Ready yet and within the start deadline of 120 s.',
  );
  expect(say({ pods: [buildPod({}, { graceLeftMs: 5 })] })).toBe(
    'Pod agents/agent-x1 is terminating, the next one follows it.',
  );
});

test('a Ready pod is not starting: it waits for minReadySeconds, or is past it', () => {
  const ready = buildPod({ ready: condition('True') }, { ageMs: 5000 });
  const subject = buildSubject({ pods: [ready], daemonSet: { minReadySeconds: 30 } });
  expect(diagnose(subject)).toEqual({
    code: 'NotYetAvailable',
    message: 'Pod agents/agent-x1 is Ready for less than minReadySeconds (30).',
  });
  expect(diagnose(buildSubject({ pods: [ready] })).code).toBe('Unexplained');
});
