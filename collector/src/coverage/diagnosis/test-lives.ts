/** How real pods go wrong, step by step, for tests: what kubelet, scheduler and controller write of one pod, in their order and rhythm. */
import type { ContainerObject, KubeEventObject, PodObject, Termination } from '@rollcall/contract';
import { condition } from '../../test-objects.ts';
import type { Chance } from '../../test-random.ts';

/** One moment: how long after the one before, what the pod is then (undefined: it is gone), and what is told of it beside. */
export interface Moment {
  readonly afterMs: number;
  readonly pod?: Partial<PodObject> | 'gone';
  /** The n-th pod of the life, 0 for the first. */
  readonly nth?: number;
  readonly event?: Pick<KubeEventObject, 'reason' | 'message' | 'count'>;
}

/** A life, and what is named once its evidence is there. */
export interface Life {
  readonly name: string;
  readonly code: string;
  readonly moments: (chance: Chance) => readonly Moment[];
}

const ROUNDS = 6;
const UNREADY = condition('False', 'ContainersNotReady');
const CREATING = { waiting: { reason: 'ContainerCreating', message: '' } };

function container(changes: Partial<ContainerObject>): ContainerObject {
  return { name: 'agent', init: false, ready: false, running: false, restarts: 0, image: 'a:1', ...changes };
}

function unready(changes: Partial<ContainerObject>, more: Partial<PodObject> = {}): Partial<PodObject> {
  return { ready: UNREADY, containers: [container(changes)], ...more };
}

const young = (changes: Partial<ContainerObject>, more: Partial<PodObject> = {}): Partial<PodObject> =>
  unready(changes, { phase: 'Pending', sandbox: condition('True'), ...more });
const waits = (reason: string, message = ''): Partial<ContainerObject> => ({ waiting: { reason, message } });
const rounds = (make: (round: number) => readonly Moment[]): readonly Moment[] =>
  Array.from({ length: ROUNDS }, (_, round) => make(round)).flat();
const about = (reason: string, message: string, count: number): NonNullable<Moment['event']> => ({
  reason,
  message,
  count,
});

/** Two moments in either order: watches of pods and of events tell in no common one. */
function either(chance: Chance, one: Moment, other: Moment): readonly Moment[] {
  return chance.once(2) ? [one, other] : [other, one];
}

const PULL = 'Failed to pull image "a:1": not found';

function pullFails(chance: Chance): readonly Moment[] {
  return rounds((round) => [
    ...either(
      chance,
      { afterMs: 2_000, pod: young(waits('ErrImagePull', 'not found')) },
      { afterMs: 100, event: about('Failed', PULL, round + 1) },
    ),
    { afterMs: 50, event: about('Failed', 'Error: ErrImagePull', round + 1) },
    { afterMs: 8_000, pod: young(waits('ImagePullBackOff', 'Back-off pulling image "a:1"')) },
    { afterMs: 1_000, event: about('BackOff', 'Back-off pulling image "a:1"', round + 1) },
    { afterMs: chance.below(200_000) },
  ]);
}

/** Ends, waits, runs again, and so on; `told` is what the kubelet says of each end. */
function endsAgain(chance: Chance, end: Termination, told: (round: number) => readonly Moment[]): readonly Moment[] {
  return rounds((round) => {
    const [before, after] = [{ restarts: round }, { restarts: round + 1, lastTerminated: end }];
    return [
      ...told(round),
      { afterMs: 500, pod: unready({ ...before, terminated: end, started: false }) },
      { afterMs: 900, pod: unready({ ...before, ...waits('CrashLoopBackOff'), lastTerminated: end, started: false }) },
      { afterMs: 300, event: about('BackOff', 'Back-off restarting failed container agent', round + 1) },
      { afterMs: chance.below(300_000), pod: unready({ ...after, running: true, started: chance.once(2) }) },
      { afterMs: chance.below(30_000) },
    ];
  });
}

const ERROR: Termination = { reason: 'Error', message: 'no licence', exitCode: 1, signal: 0 };
const KILL: Termination = { reason: 'Error', message: '', exitCode: 137, signal: 0 };
const OOM: Termination = { ...KILL, reason: 'OOMKilled' };

function probeKills(probe: 'Liveness' | 'Startup', end: Termination): Life['moments'] {
  const word = probe.toLowerCase();
  return (chance) =>
    endsAgain(chance, end, (round) => [
      { afterMs: 5_000, event: about('Unhealthy', `${probe} probe failed: refused`, 3 * round + 1) },
      {
        afterMs: 10_000,
        event: about('Killing', `Container agent failed ${word} probe, will be restarted`, round + 1),
      },
      { afterMs: chance.below(30_000) },
    ]);
}

function mountFails(chance: Chance): readonly Moment[] {
  const pod = young(CREATING, { sandbox: condition('False') });
  return rounds((round) => [
    { afterMs: 900, pod },
    {
      afterMs: 100,
      event: about('FailedMount', 'MountVolume.SetUp failed for volume "v" : secret "s" not found', round + 1),
    },
    { afterMs: chance.below(120_000) },
    {
      afterMs: 50,
      event: about('FailedMount', 'Unable to attach or mount volumes: unmounted volumes=[v]: timed out', round + 1),
    },
  ]);
}

function sandboxFails(chance: Chance): readonly Moment[] {
  const pod = young(CREATING, { sandbox: condition('False') });
  return rounds((round) => [
    { afterMs: 900, pod },
    {
      afterMs: 5_000,
      event: about('FailedCreatePodSandBox', `Failed to create pod sandbox: network of sandbox "${round}"`, 1),
    },
    {
      afterMs: 200,
      event: about('SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.', round + 1),
    },
    { afterMs: chance.below(15_000) },
  ]);
}

function readinessFails(chance: Chance): readonly Moment[] {
  return rounds((round) => [
    { afterMs: 10, pod: unready({ running: true, started: true }) },
    {
      afterMs: 9_000,
      event: about('Unhealthy', `Readiness probe failed: ${chance.pick(['503', 'refused'])}`, round + 1),
    },
    { afterMs: 20_000 + chance.below(60_000) },
  ]);
}

function refused(chance: Chance): readonly Moment[] {
  return rounds((round) => [
    { afterMs: 80, nth: round, pod: { phase: 'Pending', ready: condition('Unknown'), bound: chance.once(2) } },
    { afterMs: 80, nth: round, pod: { phase: 'Failed', reason: 'OutOfcpu', ready: condition('Unknown') } },
    { afterMs: 1_000 * 2 ** round, nth: round, pod: 'gone' },
  ]);
}

function unplaced(chance: Chance): readonly Moment[] {
  const words = (others: number): string => `0/${others} nodes are available: 1 Insufficient cpu, ${others - 1} other.`;
  return rounds((round) => {
    const message = words(10 + chance.below(90));
    const scheduled = { status: 'False', reason: 'Unschedulable', message };
    const pod = { bound: false, phase: 'Pending', ready: condition('Unknown'), scheduled };
    const told = about('FailedScheduling', message, round + 1);
    return [...either(chance, { afterMs: 500, pod }, { afterMs: 20, event: told }), { afterMs: chance.below(300_000) }];
  });
}

function initCrashes(chance: Chance): readonly Moment[] {
  const initialized = condition('False', 'ContainersNotInitialized');
  const say = (changes: Partial<ContainerObject>): Partial<PodObject> => ({
    ready: UNREADY,
    phase: 'Pending',
    initialized,
    containers: [container({ ...changes, name: 'setup', init: true }), container(waits('PodInitializing'))],
  });
  return rounds((round) => [
    { afterMs: 400, pod: say({ restarts: round, terminated: ERROR }) },
    { afterMs: 900, pod: say({ restarts: round, ...waits('CrashLoopBackOff'), lastTerminated: ERROR }) },
    { afterMs: chance.below(300_000), pod: say({ restarts: round + 1, running: true, lastTerminated: ERROR }) },
  ]);
}

/** All of them; each begins with a node whose pod served until now. */
export const LIVES: readonly Life[] = [
  { name: 'an image that cannot be pulled', code: 'ImagePullFailed', moments: pullFails },
  { name: 'a crash loop', code: 'CrashLoop', moments: (chance) => endsAgain(chance, ERROR, () => []) },
  { name: 'want of memory', code: 'OOMKilled', moments: (chance) => endsAgain(chance, OOM, () => []) },
  { name: 'a liveness probe', code: 'ProbeFailing', moments: probeKills('Liveness', KILL) },
  {
    name: 'a daemon that ends well when killed',
    code: 'ProbeFailing',
    moments: probeKills('Liveness', { ...KILL, exitCode: 0 }),
  },
  { name: 'a startup probe', code: 'ProbeFailing', moments: probeKills('Startup', ERROR) },
  { name: 'a readiness probe', code: 'ProbeFailing', moments: readinessFails },
  { name: 'a missing Secret', code: 'VolumeMountFailed', moments: mountFails },
  { name: 'a sandbox', code: 'SandboxFailed', moments: sandboxFails },
  { name: 'a row of refusals', code: 'KubeletRejected', moments: refused },
  { name: 'a full node', code: 'InsufficientResources', moments: unplaced },
  { name: 'an init container', code: 'InitBlocked', moments: initCrashes },
];
