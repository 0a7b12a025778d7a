import { expect, test } from 'vitest';
import { projectNamespaceLabels, projectNetworkPolicy } from './project-network-policy.ts';

const metadata = { uid: 'u', name: 'n', namespace: 'agents' };
const intern = (text: string): string => text;
const project = (spec: unknown) => projectNetworkPolicy({ metadata, spec }, intern);
const ALL = { matchLabels: {}, matchExpressions: [] };

test.each([
  [{ policyTypes: ['Egress'] }, true],
  [{ policyTypes: ['Ingress'], egress: [{}] }, false],
  [{ egress: [{}] }, true],
  [{ ingress: [{}] }, false],
  [undefined, false],
])('%j limits egress: %j', (spec, limits) => {
  expect(project(spec).limitsEgress).toBe(limits);
});

test('a rule keeps its peers and its ports, TCP where no protocol is named', () => {
  const egress = [
    {},
    {
      to: [
        { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
        { namespaceSelector: {}, podSelector: { matchLabels: { app: 'otel' } } },
        { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } },
      ],
      ports: [{ port: 4317, endPort: 4318 }, { port: 'otlp', protocol: 'UDP' }, {}],
    },
  ];
  expect(project({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress })).toEqual({
    ...metadata,
    podSelector: ALL,
    limitsEgress: true,
    egress: [
      { to: [], ports: [] },
      {
        to: [
          { block: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
          { namespaceSelector: ALL, podSelector: { matchLabels: { app: 'otel' }, matchExpressions: [] } },
          { podSelector: { matchLabels: {}, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } },
        ],
        ports: [{ protocol: 'TCP', port: 4317, endPort: 4318 }, { protocol: 'UDP', port: 'otlp' }, { protocol: 'TCP' }],
      },
    ],
  });
});

test('a namespace is its labels', () => {
  const labels = { team: 'a', 'kubernetes.io/metadata.name': 'n' };
  expect(projectNamespaceLabels({ metadata: { ...metadata, labels } }, intern)).toEqual({
    uid: 'u',
    name: 'n',
    labels,
  });
});
