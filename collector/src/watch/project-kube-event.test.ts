import { expect, test } from 'vitest';
import { HOSTILE, IDENTITY, REFUSED } from './project-hostile.cases.ts';
import { projectKubeEvent } from './project-kube-event.ts';

const at = (second: number): string => `2026-03-13T13:00:${String(second).padStart(2, '0')}Z`;
const ms = (second: number): number => Date.parse(at(second));
const project = (raw: object): ReturnType<typeof projectKubeEvent> => projectKubeEvent(raw, (text) => text);

const METADATA = { uid: 'u', name: 'agent.17a', namespace: 'agents' };
const INVOLVED = { kind: 'DaemonSet', namespace: 'agents', name: 'agent', uid: 'ds-uid' };

test('an event of a recorder of core/v1', () => {
  const raw = {
    metadata: METADATA,
    involvedObject: INVOLVED,
    reason: 'FailedCreate',
    message: 'Error creating: no',
    type: 'Warning',
    count: 3,
    firstTimestamp: at(1),
    lastTimestamp: at(9),
    eventTime: null,
    source: { component: 'daemonset-controller' },
    reportingComponent: '',
  };
  expect(project(raw)).toEqual({
    uid: 'u',
    name: 'agent.17a',
    namespace: 'agents',
    involvedUid: 'ds-uid',
    involvedKind: 'DaemonSet',
    involvedName: 'agent',
    reason: 'FailedCreate',
    message: 'Error creating: no',
    type: 'Warning',
    count: 3,
    firstAt: ms(1),
    lastAt: ms(9),
    component: 'daemonset-controller',
  });
});

test('a series of a recorder of events.k8s.io/v1', () => {
  const series = { count: 7, lastObservedTime: '2026-03-13T13:00:30.500000Z' };
  const raw = { metadata: METADATA, involvedObject: INVOLVED, eventTime: '2026-03-13T13:00:02.250000Z', series };
  const own = { ...raw, firstTimestamp: null, lastTimestamp: null, reportingComponent: 'default-scheduler' };
  expect(project(own)).toMatchObject({
    count: 7,
    firstAt: ms(2) + 250,
    lastAt: ms(30) + 500,
    component: 'default-scheduler',
  });
});

test('one without any time or count happened once, nobody knows when', () => {
  expect(project({ metadata: METADATA })).toMatchObject({ count: 1, firstAt: undefined, lastAt: undefined });
});

test.each(REFUSED)('%s is refused', (_, raw, missing) => {
  expect(() => projectKubeEvent(raw, (text) => text)).toThrow(`projection refused: Event without metadata.${missing}`);
});

const TEXTS = ['uid', 'name', 'namespace', 'involvedUid', 'involvedKind', 'involvedName', 'reason', 'message'] as const;

test.each([
  ...HOSTILE,
  ['fields of the wrong types', { involvedObject: [1], reason: {}, message: 7, count: -1, series: 'x', source: null }],
  ['a message of 1 MB', { message: 'x'.repeat(1_000_000), count: 1e300, firstTimestamp: 5, eventTime: 'now' }],
] as const)('%s is projected to the right types', (_, raw) => {
  const own = project({ metadata: IDENTITY, ...raw });
  for (const key of TEXTS) expect(typeof own[key]).toBe('string');
  expect(own.message.length).toBeLessThanOrEqual(1_024);
  expect(own.count).toBeGreaterThanOrEqual(1);
  expect(Number.isSafeInteger(own.count)).toBe(true);
  for (const time of [own.firstAt, own.lastAt]) expect(['undefined', 'number']).toContain(typeof time);
});
