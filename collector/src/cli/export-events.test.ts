import type { ClusterEvent, JournalRow, KubeEventObject } from '@rollcall/contract';
import { beforeEach, expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { buildKubeEvent, buildPod, MINUTE, SECOND } from '../test-objects.ts';
import { exportEvents } from './export-events.ts';

let cluster: TestCluster;
let lines: object[];
let rows: JournalRow[];
let sent: string[];
let hear: (event: ClusterEvent) => void;

beforeEach(() => {
  cluster = createCoveredCluster(['a']);
  cluster.watch('test', 'live');
  [lines, rows, sent] = [[], [], []];
  const clock = { wallMs: () => cluster.now().wallMs, monoMs: () => cluster.now().monoMs, random: () => 0 };
  hear = exportEvents({
    cluster: 'eu-1',
    log: { info: (fields: object, msg?: string) => void lines.push({ ...fields, msg }) },
    journal: { append: (row) => void rows.push(row) },
    clock,
    roll: () => cluster.pipeline.roll,
    send: ({ object }) => void sent.push(object.uid),
  });
});

function tell(changes: Partial<KubeEventObject> = {}): void {
  const object = buildKubeEvent({ involvedName: 'agent-a', lastAt: cluster.now().wallMs, ...changes });
  const event = { kind: 'kubeEvent', uid: object.uid, object } as const;
  cluster.send(event);
  hear({ ...event, source: 'test', ...cluster.now() });
}

test('an event about a daemon pod is one log line and one row, with its node and DaemonSet', () => {
  tell();
  const message = 'MountVolume.SetUp failed for volume "x" : secret "x" not found';
  expect(lines).toEqual([
    {
      daemonset: 'agents/agent',
      node: 'a',
      object: 'Pod/agents/agent-a',
      event: 'FailedMount',
      type: 'Warning',
      component: 'kubelet',
      count: 1,
      msg: message,
    },
  ]);
  expect(rows).toEqual([
    {
      kind: 'event',
      cluster: 'eu-1',
      policyUid: 'policy-agent',
      nodeUid: 'uid-a',
      node: 'a',
      pool: '',
      wallMs: cluster.now().wallMs,
      eventUid: 'event',
      object: 'Pod/agents/agent-a',
      reason: 'FailedMount',
      message,
      type: 'Warning',
      component: 'kubelet',
      count: 1,
    },
  ]);
  expect(sent).toEqual(['event']);
});

test('one about the DaemonSet itself names no node, and one about anything else is nobody’s', () => {
  tell({ involvedUid: 'ds-agent', involvedKind: 'DaemonSet', involvedName: 'agent' });
  tell({ uid: 'other', involvedUid: 'pod-of-others' });
  expect(lines).toMatchObject([{ node: '', object: 'DaemonSet/agents/agent' }]);
});

test('what is told again says nothing, and what goes on says so each time that it doubled; the journal has it all', () => {
  for (const count of [1, 1, 2, 3, 4, 4, 5, 9]) tell({ count });
  expect(lines.map((line) => (line as { readonly count: number }).count)).toEqual([1, 2, 4, 9]);
  expect(rows).toHaveLength(6);
});

test('one about a pod that is not known yet waits for it', () => {
  tell({ involvedUid: 'pod-b' });
  expect(lines).toEqual([]);
  const object = buildPod('b');
  cluster.node('b');
  cluster.send({ kind: 'pod', uid: 'pod-b', object });
  hear({ kind: 'pod', source: 'test', uid: 'pod-b', object, ...cluster.now() });
  expect(lines).toMatchObject([{ node: 'b' }]);
});

test('what was said long before anybody listened goes to the journal only', () => {
  cluster.watch('test', 'syncing');
  tell({ uid: 'old', lastAt: cluster.now().wallMs - MINUTE });
  tell({ uid: 'young', lastAt: cluster.now().wallMs - 59 * SECOND });
  expect([rows.length, sent]).toEqual([2, ['young']]);
});

test('a flood is cut to 100 lines and 10 a second, and how much was cut is said', () => {
  for (let n = 0; n < 150; n += 1) tell({ uid: `e${n}` });
  expect([lines.length, rows.length]).toEqual([100, 150]);
  cluster.wait(SECOND);
  for (let n = 0; n < 20; n += 1) tell({ uid: `f${n}` });
  expect(lines).toHaveLength(111);
  expect(lines[100]).toEqual({ events: 50, msg: 'more Kubernetes Events than are logged; the journal has them all' });
});
