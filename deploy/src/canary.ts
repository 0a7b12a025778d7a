/** The canary on each node: a small process that writes a marked line on its standard output, for whatever daemon collects logs there. */
import { COLLECTOR_NAMESPACE } from '@rollcall/contract';

const NAME = 'rollcall-canary';
const labels = { 'app.kubernetes.io/name': 'rollcall', 'app.kubernetes.io/component': 'canary' };

/** The DaemonSet, of an image with this tag. The container's name is what policies look for in Loki by default. */
export function renderCanary(tag: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: COLLECTOR_NAMESPACE, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // Wherever a daemon may have to send from.
          tolerations: [{ operator: 'Exists' }],
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [renderContainer(tag)],
        },
      },
    },
  } as const;
}

function renderContainer(tag: string) {
  return {
    name: NAME,
    image: `rollcall:${tag}`,
    args: ['canary', '--period=30s'],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    resources: { requests: { cpu: '5m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}
