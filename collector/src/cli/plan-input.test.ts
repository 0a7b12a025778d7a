import { expect, test } from 'vitest';
import { readDaemonSets, readNodes } from './plan-input.ts';

const faultsOf = (text: string): readonly string[] => readDaemonSets([{ name: 'a.yaml', text }], 'default').faults;
const nodeFaultsOf = (text: string): readonly string[] => readNodes([{ name: 'n.yaml', text }]).faults;
const SELECTED = 'selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}';
const daemonSet = (podSpec: string): string =>
  `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {${SELECTED}, spec: {${withContainers(podSpec)}}}}}`;
const withContainers = (podSpec: string): string =>
  podSpec.includes('containers:') ? podSpec : `containers: [{name: a}]${podSpec && ', '}${podSpec}`;
const requiring = (term: string): string =>
  daemonSet(
    `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [${term}]}}}`,
  );

const SPEC = 'a.yaml, document 1 (DaemonSet agent): spec.template.spec';
const TERM = `${SPEC}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]`;

test.each<[string, string, string]>([
  ['a boolean as label', daemonSet('nodeSelector: {gpu: true}'), `${SPEC}.nodeSelector.gpu is true: quote it: "true"`],
  [
    'a bare yes, as kubectl reads it',
    daemonSet('nodeSelector: {gpu: yes}'),
    `${SPEC}.nodeSelector.gpu is true: quote it: "true"`,
  ],
  ['a number as label', daemonSet('nodeSelector: {a.b/c: 8}'), `${SPEC}.nodeSelector["a.b/c"] is 8: quote it: "8"`],
  ['a list as nodeSelector', daemonSet('nodeSelector: [a]'), `${SPEC}.nodeSelector is ["a"]: write a mapping`],
  ['an object as nodeName', daemonSet('nodeName: {}'), `${SPEC}.nodeName is {}: write a text`],
  ['a text as hostNetwork', daemonSet('hostNetwork: "true"'), `${SPEC}.hostNetwork is "true": write true or false`],
  ['a mapping as tolerations', daemonSet('tolerations: {a: b}'), `${SPEC}.tolerations is {"a":"b"}: write a list`],
  [
    'an unknown effect',
    daemonSet('tolerations: [{key: a, effect: NoRun}]'),
    `${SPEC}.tolerations[0].effect is "NoRun": use one of NoSchedule, PreferNoSchedule, NoExecute`,
  ],
  [
    'an unknown operator',
    daemonSet('tolerations: [{key: a, operator: In}]'),
    `${SPEC}.tolerations[0].operator is "In": use one of Equal, Exists, Gt, Lt`,
  ],
  [
    'a toleration of nothing',
    daemonSet('tolerations: [{}]'),
    `${SPEC}.tolerations[0] is {}: give it a key, or operator: Exists to tolerate every taint`,
  ],
  [
    'Exists with a value',
    daemonSet('tolerations: [{key: a, operator: Exists, value: b}]'),
    `${SPEC}.tolerations[0] is {"key":"a","operator":"Exists","value":"b"}: remove the value, or use operator: Equal`,
  ],
  [
    'numbers as values',
    requiring('{matchExpressions: [{key: cpus, operator: Gt, values: [4]}]}'),
    `${TERM}.matchExpressions[0].values[0] is 4: quote it: "4"`,
  ],
  [
    'a requirement that the API refuses',
    requiring('{matchExpressions: [{key: cpus, operator: Exists, values: ["4"]}]}'),
    `${TERM}.matchExpressions[0] is "cpus Exists 4": use In or NotIn with values, Exists or DoesNotExist without, Gt or Lt ` +
      'with one integer, and a well-formed key',
  ],
  [
    'a field that cannot be matched so',
    requiring('{matchFields: [{key: metadata.name, operator: Exists}]}'),
    `${TERM}.matchFields[0] is "metadata.name Exists": use metadata.name with In or NotIn and one value`,
  ],
  [
    'a quantity with a space',
    daemonSet('containers: [{resources: {requests: {memory: 1 Gi}}}]'),
    `${SPEC}.containers[0].resources.requests.memory is "1 Gi": write a quantity such as 100m, 2 or 512Mi`,
  ],
  [
    'a port out of range',
    daemonSet('containers: [{ports: [{hostPort: 70000}]}]'),
    `${SPEC}.containers[0].ports[0].hostPort is 70000: write a whole number from 0 to 65535`,
  ],
  [
    'no template',
    '{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}}',
    `${SPEC} is missing: write a pod template`,
  ],
  [
    'no name',
    daemonSet('').replace(', metadata: {name: agent}', ''),
    'a.yaml, document 1 (DaemonSet): metadata.name is missing: give it a name',
  ],
  [
    'another group',
    daemonSet('').replace('apps/v1', 'apps.kruise.io/v1beta1'),
    'a.yaml, document 1 (DaemonSet agent): apiVersion is "apps.kruise.io/v1beta1": only apps/v1 is understood',
  ],
  ['another kind only', 'kind: Service', 'a.yaml: holds no DaemonSet: name a file with at least one'],
  ['an empty file', '', 'a.yaml: holds no DaemonSet: name a file with at least one'],
  ['a text', 'hello', 'a.yaml, document 1: is "hello", no object: write a manifest'],
])('%s is refused with its place and mend', (_, text, fault) => expect(faultsOf(text)).toEqual([fault]));

const AT = 'a.yaml, document 1 (DaemonSet agent): ';
test.each<[string, string, string]>([
  [
    'nodeSelecter',
    daemonSet('nodeSelecter: {a: b}'),
    `${SPEC}.nodeSelecter is {"a":"b"}: there is no such field: write nodeSelector`,
  ],
  [
    'toleration',
    daemonSet('toleration: [{operator: Exists}]'),
    `${SPEC}.toleration is [{"operator":"Exists"}]: there is no such field: write tolerations`,
  ],
  ['afinity', daemonSet('afinity: {}'), `${SPEC}.afinity is {}: there is no such field: write affinity`],
  ['a field of nothing', daemonSet('zzz: 1'), `${SPEC}.zzz is 1: there is no such field: remove it`],
  [
    'nodeAfinity',
    daemonSet('affinity: {nodeAfinity: {}}'),
    `${SPEC}.affinity.nodeAfinity is {}: there is no such field: write nodeAffinity`,
  ],
  [
    'RequiredDuringExecution',
    daemonSet('affinity: {nodeAffinity: {requiredDuringSchedulingRequiredDuringExecution: {}}}'),
    `${SPEC}.affinity.nodeAffinity.requiredDuringSchedulingRequiredDuringExecution is {}: there is no such field: write ` +
      'requiredDuringSchedulingIgnoredDuringExecution',
  ],
  [
    'nodeSelectorTerm',
    daemonSet('affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerm: []}}}'),
    `${TERM.replace('s[0]', '')} is []: there is no such field: write nodeSelectorTerms`,
  ],
  [
    'matchExpression',
    requiring('{matchExpression: []}'),
    `${TERM}.matchExpression is []: there is no such field: write matchExpressions`,
  ],
  [
    'a field of a toleration',
    daemonSet('tolerations: [{key: a, efect: NoSchedule}]'),
    `${SPEC}.tolerations[0].efect is "NoSchedule": there is no such field: write effect`,
  ],
  [
    'memroy',
    daemonSet('containers: [{resources: {requests: {memroy: 1Gi}}}]'),
    `${SPEC}.containers[0].resources.requests.memroy is "1Gi": there is no such resource: write memory`,
  ],
  [
    'request',
    daemonSet('containers: [{resources: {request: {cpu: 1}}}]'),
    `${SPEC}.containers[0].resources.request is {"cpu":1}: there is no such field: write requests`,
  ],
  [
    'a field of the spec',
    daemonSet('').replace('{selector', '{updateStratgy: {}, selector'),
    `${AT}spec.updateStratgy is {}: there is no such field: write updateStrategy`,
  ],
  [
    'a field of the template',
    daemonSet('').replace('{metadata: {labels', '{specs: {}, metadata: {labels'),
    `${AT}spec.template.specs is {}: there is no such field: write spec`,
  ],
  [
    'a label that the selector does not match',
    daemonSet('').replace('{labels: {app: a}}', '{labels: {app: b}}'),
    `${AT}spec.selector.matchLabels["app"] is "a": the template's label is "b": make both the same`,
  ],
  [
    'labels that an expression does not match',
    daemonSet('').replace('matchLabels: {app: a}', 'matchExpressions: [{key: app, operator: In, values: [b]}]'),
    `${AT}spec.selector.matchExpressions has {"key":"app","operator":"In","values":["b"]}: the template's labels are {"app":"a"}: make them match`,
  ],
  [
    'no selector',
    daemonSet('').replace('selector: {matchLabels: {app: a}}, ', ''),
    `${AT}spec.selector is missing: write matchLabels with labels of the template`,
  ],
  ['no containers', daemonSet('containers: []'), `${SPEC}.containers is []: write at least one container`],
  ['Daemonset', 'kind: Daemonset', 'a.yaml, document 1: kind is "Daemonset": write DaemonSet'],
  ['DeamonSet', 'kind: DeamonSet', 'a.yaml, document 1: kind is "DeamonSet": write DaemonSet'],
])('misspelt or inconsistent (%s) is refused with what was meant', (_, text, fault) =>
  expect(faultsOf(text)).toEqual([fault]),
);

test('a kind that only resembles the wanted one is passed over', () => {
  expect(faultsOf(`kind: StatefulSet\n---\nkind: ReplicaSet\n---\n${daemonSet('')}`)).toEqual([]);
  expect(nodeFaultsOf('kind: NodePool\n---\nkind: NodeClaim')).toEqual([
    'n.yaml: holds no Node: name a file with at least one',
  ]);
});

test('every known field of a pod, and resources with a domain or of huge pages, are accepted', () => {
  const fields = 'volumes: [], priorityClassName: x, hostPID: true, dnsPolicy: Default, securityContext: {}';
  const resources = 'resources: {requests: {cpu: 1, hugepages-2Mi: 2Mi, example.com/gpu: 1}, claims: []}';
  expect(faultsOf(daemonSet(`${fields}, containers: [{name: a, image: i, env: [], ${resources}}]`))).toEqual([]);
});

test('what is no YAML is refused by document and line', () => {
  const [fault] = faultsOf('kind: Service\n---\nkind: [DaemonSet\n');
  expect(fault).toMatch(/^a\.yaml, document 2: is no valid YAML: .* at line 4/);
});

test('a bomb of aliases is refused', () => {
  const lines = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
  expect(faultsOf(`a0: &a0 [x]\n${lines.join('\n')}\n`)[0]).toMatch(
    /^a\.yaml: is no valid YAML: Excessive alias count/,
  );
});

test('all faults of all documents are named at once', () => {
  const broken = daemonSet('nodeSelector: {a: 1, b: 2}, hostNetwork: 1');
  expect(faultsOf(`${broken}\n---\n${broken.replace('agent', 'other')}`)).toHaveLength(6);
});

test('nodes are checked too', () => {
  const node = '{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {a: 1}}, status: {allocatable: {cpu: much}}}';
  expect(nodeFaultsOf(node)).toEqual([
    'n.yaml, document 1 (Node n1): metadata.labels.a is 1: quote it: "1"',
    'n.yaml, document 1 (Node n1): status.allocatable.cpu is "much": write a quantity such as 100m, 2 or 512Mi',
  ]);
});

test('DaemonSets come from documents, Lists, typed Lists and JSON; the rest is passed over', () => {
  const one = (name: string): string => daemonSet('').replace('agent', name);
  const typed = one('c').replace('apiVersion: apps/v1, kind: DaemonSet, ', '');
  const text = [
    one('a'),
    `{kind: List, items: [{kind: Service}, ${one('b')}]}`,
    `{kind: DaemonSetList, items: [${typed}]}`,
    'kind: Secret',
    '',
  ];
  const json = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'd', namespace: 'x' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'd' }] } },
    },
  });
  const { items, faults } = readDaemonSets(
    [
      { name: 'a.yaml', text: text.join('\n---\n') },
      { name: 'd.json', text: json },
    ],
    'ns',
  );
  expect(faults).toEqual([]);
  expect(items.map(({ name }) => name)).toEqual(['ns/a', 'ns/b', 'ns/c', 'x/d']);
});

test('a DaemonSet that is given twice is refused', () => {
  expect(faultsOf(`${daemonSet('')}\n---\n${daemonSet('')}`)).toEqual([
    'DaemonSet default/agent is given more than once: remove or rename all but one',
  ]);
});

test('dates and base-60 numbers are texts, as for kubectl', () => {
  expect(faultsOf(daemonSet('nodeSelector: {date: 2026-01-01, time: 12:30:45}'))).toEqual([]);
});
