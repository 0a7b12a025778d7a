import { expect, test } from 'vitest';
import type { ContainerObject, Termination } from '@rollcall/contract';
import { diagnose, findAll } from './diagnose.ts';
import { at, buildEvent, buildFaulty, buildSubject, NOW } from './test-subject.ts';

const WALL = buildSubject().now.wallMs;
const UNHEALTHY = buildEvent('Unhealthy', 'Liveness probe failed: context deadline exceeded', { agoMs: 40_000 });
const KILLING = buildEvent('Killing', 'Container agent failed liveness probe, will be restarted', { agoMs: 39_000 });

function end(changes: Partial<Termination> = {}): Termination {
  return { reason: 'Error', message: '', exitCode: 137, signal: 0, finishedAt: WALL - 9_000, ...changes };
}

const BETWEEN: Partial<ContainerObject> = { running: true, started: true, restarts: 2 };
const WAITING = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed' }, restarts: 2 };

function say(container: Partial<ContainerObject>, ...podEvents: readonly ReturnType<typeof buildEvent>[]) {
  return diagnose(buildSubject({ pods: [buildFaulty([container])], podEvents }));
}

test.each<readonly [string, Partial<ContainerObject>]>([
  ['that runs again', { ...BETWEEN, lastTerminated: end() }],
  ['that waits', { ...WAITING, lastTerminated: end() }],
  ['that has just ended', { terminated: end(), restarts: 2 }],
  ['that ended well when it was told to', { ...WAITING, lastTerminated: end({ exitCode: 0, reason: 'Completed' }) }],
  ['that complains when it is told to end', { ...WAITING, lastTerminated: end({ exitCode: 1 }) }],
])('a container %s was ended for its probe, and is in no crash loop', (_, container) => {
  const subject = buildSubject({ pods: [buildFaulty([container])], podEvents: [UNHEALTHY, KILLING] });
  expect(findAll(subject).map(({ code }) => code)).toEqual(['ProbeFailing']);
  const times = 'restarted 2 times: Liveness probe failed: context deadline exceeded.';
  expect(diagnose(subject).message).toBe(
    `Container agent of pod agents/agent-x1 is ended for its liveness probe, ${times}`,
  );
});

test('who waits is told until when', () => {
  const hit = say({ ...WAITING, lastTerminated: end() }, KILLING);
  expect(hit).toMatchObject({ code: 'ProbeFailing', retryDueMono: NOW - 9_000 + 20_000 });
});

test('a startup probe is told as such', () => {
  const kill = buildEvent('Killing', 'Container agent failed startup probe, will be restarted');
  const answer = buildEvent('Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 503');
  expect(say({ ...WAITING, lastTerminated: end() }, kill, answer).message).toMatch(/its startup probe.*503/);
});

test('a probe that fails and a SIGKILL from outside are enough where the kill itself was not told', () => {
  const startup = buildEvent('Unhealthy', 'Startup probe failed: x');
  expect(say({ ...WAITING, lastTerminated: end() }, UNHEALTHY).message).toContain('its liveness probe');
  expect(say({ ...WAITING, lastTerminated: end({ exitCode: 143 }) }, startup).message).toContain('its startup probe');
});

test.each<readonly [string, Partial<ContainerObject>, readonly ReturnType<typeof buildEvent>[]]>([
  ['nobody says that it was ended', { ...WAITING, lastTerminated: end() }, []],
  ['it ended by itself, whatever its probe said', { ...WAITING, lastTerminated: end({ exitCode: 2 }) }, [UNHEALTHY]],
  [
    'it ended long after the kill',
    { ...WAITING, lastTerminated: end({ exitCode: 1, finishedAt: WALL + 82_000 }) },
    [KILLING],
  ],
  [
    'another container was ended',
    { ...WAITING, lastTerminated: end({ exitCode: 1 }) },
    [buildEvent('Killing', 'Container side failed liveness probe, will be restarted')],
  ],
  [
    'its readiness probe fails, which ends nothing',
    { ...WAITING, lastTerminated: end() },
    [buildEvent('Unhealthy', 'Readiness probe failed: x')],
  ],
])('a container is in a crash loop when %s', (_, container, podEvents) => {
  expect(say(container, ...podEvents).code).toBe('CrashLoop');
});

test('want of memory goes before a probe that failed for it', () => {
  expect(say({ ...BETWEEN, lastTerminated: end({ reason: 'OOMKilled' }) }, UNHEALTHY, KILLING).code).toBe('OOMKilled');
});

test('the next kill, of which the status does not tell yet, changes nothing', () => {
  const next = buildEvent('Killing', 'Container agent failed liveness probe, will be restarted', { agoMs: -300_000 });
  const subject = buildSubject({ pods: [buildFaulty([{ ...BETWEEN, lastTerminated: end() }])], podEvents: [next] });
  expect(diagnose(at(subject, NOW + 300_000)).code).toBe('ProbeFailing');
});

test.each([
  [{ ...BETWEEN, started: false, restarts: 0 }, 'Startup probe errored and resulted in unknown state: no such port'],
  [{ ...BETWEEN, restarts: 0 }, 'Readiness probe failed: HTTP probe failed with statuscode: 503'],
])('a container that runs and is not ready says what its probe was answered: %j', (container, message) => {
  const hit = say(container, buildEvent('Unhealthy', message), UNHEALTHY);
  expect(hit.code).toBe('ProbeFailing');
  expect(hit.message.endsWith(`has not passed: ${message}.`), hit.message).toBe(true);
});
