/** The parts of random Pods that nobody reads: containers and volumes. A decoder must step over them. */
import type { Random } from '../e2e/random.ts';
import { drawFields, drawInteger, drawIntOrString, drawName, drawQuantity, drawText, type Json } from './words.ts';

/** Up to that many containers. */
export function drawContainers(random: Random, most: number): readonly Json[] {
  return random.some(most, () =>
    drawFields(random, {
      name: () => drawName(random),
      image: () => drawText(random),
      command: () => random.some(3, () => drawText(random)),
      args: () => random.some(3, () => drawText(random)),
      ports: () => random.some(2, () => ({ hostPort: drawInteger(random), containerPort: 80, protocol: 'TCP' })),
      envFrom: () => [
        { prefix: 'P', secretRef: { name: drawText(random), optional: true } },
        { configMapRef: { name: '' } },
      ],
      env: () => random.some(4, () => drawVariable(random)),
      resources: () => ({ limits: { cpu: drawQuantity(random) }, requests: { memory: drawQuantity(random) } }),
      volumeMounts: () =>
        random.some(3, () => ({ name: drawName(random), readOnly: random.chance(0.5), mountPath: '/x' })),
      livenessProbe: () => ({
        httpGet: { path: '/', port: drawIntOrString(random) },
        periodSeconds: drawInteger(random),
      }),
      readinessProbe: () => ({ exec: { command: [drawText(random)] }, failureThreshold: 3 }),
      lifecycle: () => ({ preStop: { tcpSocket: { port: drawIntOrString(random) } } }),
      securityContext: () => ({ privileged: true, capabilities: { add: ['NET_ADMIN'] }, runAsUser: -1 }),
      tty: () => random.chance(0.5),
    }),
  );
}

function drawVariable(random: Random): Json {
  return random.pick([
    { name: 'A', value: drawText(random) },
    { name: 'B', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'C', valueFrom: { secretKeyRef: { name: drawText(random), key: 'k' } } },
    { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: drawQuantity(random) } } },
  ]);
}

/** A volume of one of many kinds. */
export function drawVolume(random: Random): Json {
  const source = random.pick<Json>([
    { emptyDir: { sizeLimit: drawQuantity(random) } },
    { hostPath: { path: drawText(random), type: '' } },
    { configMap: { name: drawText(random), items: [{ key: 'k', path: 'p', mode: drawInteger(random) }] } },
    { secret: { secretName: drawText(random), defaultMode: 420, optional: false } },
    { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    {
      projected: {
        sources: [{ serviceAccountToken: { expirationSeconds: 3_607, path: 'token' } }, { configMap: { name: 'ca' } }],
      },
    },
    { persistentVolumeClaim: { claimName: drawText(random) } },
    { csi: { driver: 'd', volumeAttributes: { a: drawText(random) } } },
    {
      ephemeral: {
        volumeClaimTemplate: {
          metadata: { labels: { a: 'b' } },
          spec: { resources: { requests: { storage: '1Gi' } } },
        },
      },
    },
    {},
  ]);
  return { name: drawName(random), ...source };
}
