/** Random Pods. */
import type { Random } from '../e2e/random.ts';
import { drawMetadata } from './metadata.ts';
import { drawContainers, drawVolume } from './pod-parts.ts';
import { drawFields, drawInteger, drawName, drawText, drawTime, drawWord, type Json } from './words.ts';

const CONDITIONS = [
  'Ready',
  'PodScheduled',
  'Initialized',
  'DisruptionTarget',
  'ContainersReady',
  'PodReadyToStartContainers',
  'example.com/gate',
  '',
];
const PHASES = ['Pending', 'Running', 'Running', 'Succeeded', 'Failed', 'Unknown'];

/** A Pod as the API server could hold it, and as it could not. */
export function drawPod(random: Random, index: number): Json {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: drawMetadata(random, index),
    ...drawFields(random, { spec: () => drawSpec(random), status: () => drawStatus(random) }, 0.96),
  };
}

function drawSpec(random: Random): Json {
  return drawFields(random, {
    volumes: () => random.some(4, () => drawVolume(random)),
    initContainers: () => drawContainers(random, 1),
    containers: () => drawContainers(random, 3),
    ephemeralContainers: () => drawContainers(random, 1).map((one) => ({ ...one, targetContainerName: 'main' })),
    restartPolicy: () => 'Always',
    terminationGracePeriodSeconds: () => drawInteger(random),
    nodeSelector: () => ({ 'kubernetes.io/os': 'linux' }),
    nodeName: () => (random.chance(0.6) ? drawWord(random, ['node-1', 'node-2']) : ''),
    hostNetwork: () => random.chance(0.5),
    securityContext: () => ({ runAsUser: drawInteger(random), sysctls: [{ name: 'a', value: drawText(random) }] }),
    imagePullSecrets: () => random.some(2, () => ({ name: drawText(random) })),
    affinity: () => drawAffinity(random),
    tolerations: () =>
      random.some(3, () => ({ key: drawText(random), operator: 'Exists', tolerationSeconds: drawInteger(random) })),
    priority: () => drawInteger(random),
    dnsConfig: () => ({ options: [{ name: 'ndots', value: '5' }] }),
    overhead: () => ({ cpu: '10m' }),
    topologySpreadConstraints: () => [
      { maxSkew: 1, topologyKey: 'zone', labelSelector: { matchLabels: { app: 'a' } } },
    ],
  });
}

function drawAffinity(random: Random): Json {
  const terms = (): Json => ({ nodeSelectorTerms: random.some(3, () => drawTerm(random)) });
  return drawFields(random, {
    nodeAffinity: () =>
      drawFields(random, {
        requiredDuringSchedulingIgnoredDuringExecution: terms,
        preferredDuringSchedulingIgnoredDuringExecution: () => [{ weight: 1, preference: drawTerm(random) }],
      }),
    podAffinity: () => ({ requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: drawText(random) }] }),
  });
}

function drawTerm(random: Random): Json {
  const requirements = (key: () => string) => () =>
    random.some(2, () =>
      drawFields(
        random,
        {
          key,
          operator: () => drawWord(random, ['In', 'In', 'NotIn', 'Exists']),
          values: () => random.some(2, () => random.pick(['node-1', 'node-2', '', drawText(random)])),
        },
        0.95,
      ),
    );
  return drawFields(random, {
    matchExpressions: requirements(() => drawText(random)),
    matchFields: requirements(() => drawWord(random, ['metadata.name', 'metadata.names'])),
  });
}

function drawStatus(random: Random): Json {
  return drawFields(random, {
    phase: () => drawWord(random, PHASES),
    conditions: () => random.some(6, () => drawCondition(random)),
    message: () => drawText(random),
    reason: () => drawWord(random, ['Evicted', 'NodeLost', 'Terminating']),
    nominatedNodeName: () => drawText(random),
    hostIP: () => '10.0.0.1',
    podIP: () => drawText(random),
    podIPs: () => random.some(2, () => ({ ip: drawText(random) })),
    startTime: () => drawTime(random),
    initContainerStatuses: () => random.some(3, () => drawContainerStatus(random)),
    containerStatuses: () => random.some(4, () => drawContainerStatus(random)),
    qosClass: () => 'BestEffort',
    ephemeralContainerStatuses: () => random.some(1, () => drawContainerStatus(random)),
    observedGeneration: () => random.integer(0, 9),
  });
}

function drawCondition(random: Random): Json {
  return drawFields(
    random,
    {
      type: () => random.pick(CONDITIONS),
      observedGeneration: () => random.integer(0, 9),
      status: () => drawWord(random, ['True', 'True', 'False', 'Unknown']),
      lastProbeTime: () => null,
      lastTransitionTime: () => drawTime(random),
      reason: () => drawWord(random, ['ContainersNotReady', 'Unschedulable', 'DeletionByTaintManager']),
      message: () => drawText(random),
    },
    0.9,
  );
}

function drawContainerStatus(random: Random): Json {
  return drawFields(
    random,
    {
      name: () => drawWord(random, ['main', 'init', 'sidecar']),
      state: () => drawState(random),
      lastState: () => drawState(random),
      ready: () => random.chance(0.7),
      restartCount: () => drawInteger(random),
      image: () => drawWord(random, ['registry.example/plexd:1.2.3']),
      imageID: () => drawText(random),
      containerID: () => `containerd://${drawName(random)}`,
      started: () => random.chance(0.5),
      allocatedResources: () => ({ cpu: '100m' }),
      resources: () => ({ requests: { memory: '1Gi' } }),
      user: () => ({ linux: { uid: 0, gid: 0, supplementalGroups: [1, -1] } }),
    },
    0.9,
  );
}

/** One of three, none, or more than one, which the API would refuse. */
function drawState(random: Random): Json {
  const waiting = (): Json =>
    drawFields(random, {
      reason: () => drawWord(random, ['CrashLoopBackOff', 'ImagePullBackOff']),
      message: () => drawText(random),
    });
  const running = (): Json => drawFields(random, { startedAt: () => drawTime(random) });
  const terminated = (): Json =>
    drawFields(random, {
      exitCode: () => drawInteger(random),
      signal: () => drawInteger(random),
      reason: () => drawWord(random, ['Error', 'OOMKilled', 'Completed']),
      message: () => drawText(random),
      startedAt: () => drawTime(random),
      finishedAt: () => drawTime(random),
      containerID: () => drawText(random),
    });
  if (random.chance(0.05)) return drawFields(random, { waiting, running, terminated });
  return random.pick(
    [{ waiting }, { running }, { running }, { terminated }, {}].map((one) => () => drawFields(random, one, 0.97)),
  )();
}
