import { expect, test } from 'vitest';
import { diagnose, nextDeadline } from './diagnose.ts';
import {
  at,
  buildPending,
  buildPod,
  buildSubject,
  condition,
  NOW,
  START_DEADLINE_MS,
  type Scene,
} from './test-subject.ts';
import { buildFaulty } from './test-subject.ts';

const OLD_GONE = { hash: 'h0', monoMs: NOW };
const NEVER = { eligibleSinceMono: undefined };

test.each<readonly [string, Scene, number, string, string]>([
  [
    'eligible without a pod',
    { pods: [], past: { eligibleSinceMono: NOW } },
    START_DEADLINE_MS,
    'Starting',
    'CreateStalled',
  ],
  [
    'the last pod went',
    { pods: [], gone: { hash: 'h1', monoMs: NOW } },
    START_DEADLINE_MS,
    'Starting',
    'CreateStalled',
  ],
  [
    'a pod went that no past knows of',
    { pods: [], past: NEVER, gone: { hash: '', monoMs: NOW } },
    START_DEADLINE_MS,
    'Starting',
    'CreateStalled',
  ],
  ['a rollout took the pod', { pods: [], gone: OLD_GONE }, START_DEADLINE_MS, 'RolloutReplacing', 'CreateStalled'],
  [
    'the node became eligible after the old pod went',
    { pods: [], gone: OLD_GONE, past: { eligibleSinceMono: NOW + 7 } },
    START_DEADLINE_MS,
    'RolloutReplacing',
    'Starting',
  ],
  ['the pod was created', { pods: [buildPod({}, { ageMs: 0 })] }, START_DEADLINE_MS, 'Starting', 'Unexplained'],
  [
    'the rollout made the pod',
    { pods: [buildPod({}, { ageMs: 0 })], gone: OLD_GONE },
    START_DEADLINE_MS,
    'RolloutReplacing',
    'Unexplained',
  ],
  ['nobody schedules the pod', { pods: [buildPending('', '', { ageMs: 0 })] }, 30_000, 'Starting', 'SchedulerDown'],
  ['the grace period ends', { pods: [buildPod({}, { graceLeftMs: 10_000 })] }, 40_000, 'Starting', 'TerminatingStuck'],
  [
    'the rollout waits for the grace period',
    { pods: [buildPod({ hash: 'h0' }, { graceLeftMs: 10_000 })] },
    40_000,
    'RolloutReplacing',
    'TerminatingStuck',
  ],
  [
    'the pod became Ready',
    { pods: [buildPod({ ready: condition('True') }, { readyMs: 0 })], daemonSet: { minReadySeconds: 5 } },
    5000,
    'NotYetAvailable',
    'Unexplained',
  ],
  [
    'an init container runs',
    {
      pods: [
        { ...buildFaulty([{ init: true, running: true }], { initialized: condition('False') }), createdMono: NOW },
      ],
    },
    START_DEADLINE_MS,
    'Starting',
    'InitBlocked',
  ],
])('%s: to the millisecond', (_, scene, dueMs, before, after) => {
  const subject = buildSubject(scene);
  expect(diagnose(at(subject, NOW + dueMs - 1)).code).toBe(before);
  expect(diagnose(at(subject, NOW + dueMs)).code).toBe(after);
  expect(nextDeadline(at(subject, NOW + dueMs - 1))).toBe(NOW + dueMs);
});

test('deadlines that have passed are no deadlines', () => {
  expect(nextDeadline(buildSubject())).toBeUndefined();
  expect(nextDeadline(buildSubject({ pods: [] }))).toBeUndefined();
  expect(nextDeadline(buildSubject({ pods: [], past: NEVER }))).toBeUndefined();
  expect(nextDeadline(buildSubject({ pods: [buildPod({}, { graceLeftMs: -30_000 })] }))).toBeUndefined();
});

test('the earliest deadline comes first', () => {
  const subject = buildSubject({ pods: [buildPending('', '', { ageMs: 0 })] });
  expect(nextDeadline(subject)).toBe(NOW + 30_000);
  expect(nextDeadline(at(subject, NOW + 30_000))).toBe(NOW + START_DEADLINE_MS);
  expect(nextDeadline(at(subject, NOW + START_DEADLINE_MS))).toBeUndefined();
});
