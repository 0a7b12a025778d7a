import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PolicyCondition } from '@rollcall/contract';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { createFakeTime, until } from '../test-time.ts';
import { createConditionReporter, type ReportCondition } from './report-condition.ts';

const READY: PolicyCondition = { type: 'Ready', status: 'True', reason: 'Evaluated', message: '' };
const INVALID: PolicyCondition = { type: 'Ready', status: 'False', reason: 'Invalid', message: 'spec.team: 7' };
const CONFLICT: PolicyCondition = { type: 'Ready', status: 'False', reason: 'Conflict', message: 'two of them' };

let cluster: TestKube;
let report: ReportCondition;
let writes: number;
let warnings: string[];
let now: string;

beforeEach(async () => {
  cluster = await startTestKube();
  cluster.crd();
  cluster.policy('a');
  const connection = await cluster.connect(createFakeTime());
  writes = 0;
  warnings = [];
  now = '2026-01-01T00:00:00Z';
  const log = { info: () => undefined, warn: (_: object, text: string) => void warnings.push(text) };
  const request: typeof connection.request = (asked) => {
    writes += 1;
    return connection.request(asked);
  };
  report = createConditionReporter({ connection: { ...connection, request }, log, now: () => now });
});
afterEach(() => cluster.stop());

/** What the status of policy `a` says now. */
function written(): readonly object[] {
  const policy = cluster.kube.store.get({ kind: 'DaemonCoverage', name: 'a', namespace: 'agents' });
  return ((policy?.['status'] ?? {}) as { conditions?: readonly object[] }).conditions ?? [];
}

function tell(condition: PolicyCondition, conditions: readonly unknown[] = written(), name = 'a'): void {
  report({ namespace: 'agents', name, written: conditions }, condition);
}

function isReady(condition: PolicyCondition): boolean {
  const { reason, message } = cluster.ready('a') ?? {};
  return reason === condition.reason && message === condition.message;
}

test('a condition is written into the status, and the next one over it', async () => {
  tell(INVALID);
  await until(() => isReady(INVALID));
  expect(written()).toEqual([{ ...INVALID, lastTransitionTime: now }]);
  now = '2026-01-01T00:00:05Z';
  tell(READY);
  await until(() => isReady(READY));
  expect(written()).toEqual([{ ...READY, lastTransitionTime: now }]);
});

test('the time of the last transition stays while the status does', async () => {
  tell(INVALID);
  await until(() => isReady(INVALID));
  now = '2026-01-01T00:00:05Z';
  tell(CONFLICT);
  await until(() => isReady(CONFLICT));
  expect(written()).toEqual([{ ...CONFLICT, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
});

test('conditions of others stay where they are', async () => {
  const other = { type: 'Reviewed', status: 'True', reason: 'Yes', message: '', lastTransitionTime: now };
  cluster.kube.store.patchStatus({ kind: 'DaemonCoverage', name: 'a', namespace: 'agents' }, { conditions: [other] });
  tell(INVALID);
  await until(() => isReady(INVALID));
  expect(written()).toEqual([other, { ...INVALID, lastTransitionTime: now }]);
});

test('what a status says at first sight is not written again, and afterwards everything is', async () => {
  const known = [{ ...READY, lastTransitionTime: '2025-12-31T00:00:00Z' }];
  tell(READY, known);
  tell(INVALID, known);
  await until(() => isReady(INVALID));
  expect(writes).toBe(1);
  // The policy as it was seen may be older than our own write.
  tell(READY, known);
  await until(() => isReady(READY));
  expect(writes).toBe(2);
});

test('while one is written the last of those that come waits, and the others are not sent', async () => {
  tell(INVALID);
  for (const message of ['1', '2', '3']) tell({ ...INVALID, message });
  tell(CONFLICT);
  await until(() => isReady(CONFLICT));
  expect(writes).toBe(2);
});

test('a write that fails is told and tried again with the next condition only', async () => {
  cluster.kube.faults.failNext({ status: 503, times: 1 });
  tell(INVALID);
  await until(() => warnings.length > 0);
  expect([warnings, written()]).toEqual([['the condition of a policy could not be written'], []]);
  tell(READY);
  await until(() => isReady(READY));
});

test('a policy that is gone meanwhile is nothing to tell of', async () => {
  tell(INVALID, [], 'gone');
  tell(INVALID);
  await until(() => isReady(INVALID));
  expect([writes, warnings]).toEqual([2, []]);
});
