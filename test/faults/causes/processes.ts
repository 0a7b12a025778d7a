/** Faults of a daemon that ran and no longer serves: it ends, or its probes fail. */
import type { Fault, FaultGroup } from '../fault.ts';
import type { PodEvent, PodScript } from '../pod-script.ts';
import { crashes, ended, endedNow, runsUnready, serves, timeNow } from '../pod-states.ts';

/** The daemon served everywhere; then the kubelet writes the same of every pod. */
function breaking(script: () => PodScript): Pick<Fault, 'begins' | 'bringAbout' | 'takeAway'> {
  return {
    begins: 'covered',
    bringAbout: (scene) => scene.writePods(script),
    takeAway: (scene) => scene.writePods(serves),
  };
}

const unhealthy = (probe: string, why: string): PodEvent => ({
  reason: 'Unhealthy',
  message: `${probe} probe failed: ${why}`,
});
const REFUSED = 'Get "http://10.0.0.7:8080/healthz": dial tcp 10.0.0.7:8080: connect: connection refused';

const CRASHES: readonly Fault[] = [
  {
    code: 'CrashLoop',
    cause: 'process ends with exit code 1',
    ...breaking(() => crashes({ exitCode: 1, message: 'config: unknown field "interval"' })),
    message: /exit code 1.*unknown field "interval"/,
    retries: true,
  },
  {
    code: 'CrashLoop',
    cause: 'process ends for want of permission',
    ...breaking(() => crashes({ exitCode: 126, message: 'open /proc/1/ns/net: permission denied' })),
    message: /permission denied.*securityContext/,
    retries: true,
  },
  {
    code: 'CrashLoop',
    cause: 'process dies of a segmentation fault',
    ...breaking(() => crashes({ exitCode: 139, signal: 11 })),
    message: /exit code 139/,
    retries: true,
  },
  {
    code: 'OOMKilled',
    cause: 'killed for want of memory, and again',
    ...breaking(() => crashes({ exitCode: 137, reason: 'OOMKilled' })),
    message: /exit code 137.*OOMKilled/,
  },
  {
    code: 'OOMKilled',
    cause: 'killed for want of memory a moment ago',
    ...breaking(() => endedNow({ exitCode: 137, reason: 'OOMKilled' }, 0)),
    message: /exit code 137.*OOMKilled/,
  },
];

const PROBES: readonly Fault[] = [
  {
    code: 'ProbeFailing',
    cause: 'readiness probe refused',
    ...breaking(() => runsUnready([unhealthy('Readiness', REFUSED)])),
    message: /Readiness probe failed/,
  },
  {
    code: 'ProbeFailing',
    cause: 'liveness probe times out, the kubelet restarts the container',
    ...breaking(() =>
      runsUnready(
        [
          unhealthy('Liveness', 'Get "http://10.0.0.7:8080/healthz": context deadline exceeded'),
          { reason: 'Killing', message: 'Container daemon failed liveness probe, will be restarted' },
        ],
        { restartCount: 2, lastState: { terminated: ended({ exitCode: 137 }) } },
      ),
    ),
    message: /Liveness probe failed/,
  },
  {
    code: 'ProbeFailing',
    cause: 'startup probe answers 503',
    ...breaking(() =>
      runsUnready([unhealthy('Startup', 'HTTP probe failed with statuscode: 503')], { started: false }),
    ),
    message: /Startup probe failed/,
  },
  {
    code: 'ProbeFailing',
    cause: 'readiness gate that nobody opens',
    ...breaking(gated),
    message: /readiness gate|ReadinessGatesNotReady/i,
  },
];

function gated(): PodScript {
  const { status } = serves() as { status: { conditions: readonly object[] } };
  const message = 'corresponding condition of pod readiness gate "example.com/ready" does not exist.';
  const ready = { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message };
  const conditions = [{ ...ready, lastTransitionTime: timeNow() }];
  return { status: { ...status, conditions } };
}

/** The whole group. */
export const processFaults: FaultGroup = { group: 'processes', faults: [...CRASHES, ...PROBES] };
