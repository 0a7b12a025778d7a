/** The oracle is the real function: a sample of the known answers, the order of many, and what it says to garbage. */
import { expect, test } from 'vitest';
import { askOracle, type OracleAnswer, type OraclePair } from './index.ts';

type Taint = readonly [key: string, effect: string];

const node = (labels: object, ...taints: readonly Taint[]): object => ({
  metadata: { name: 'n1', labels },
  spec: { taints: taints.map(([key, effect]) => ({ key, effect })) },
});

const daemonset = (spec: object = {}): object => ({
  metadata: { name: 'd', namespace: 'default' },
  spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } } },
});

const requiring = (...terms: readonly object[]): object =>
  daemonset({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  });

const expression = (key: string, operator: string, ...values: readonly string[]): object => ({ key, operator, values });
const tolerating = (...tolerations: readonly object[]): object => daemonset({ tolerations });

const notReady = 'node.kubernetes.io/not-ready';

const cases: readonly [what: string, node: object, daemonset: object, answer: OracleAnswer][] = [
  ['a plain pair', node({}), daemonset(), 'YY'],
  ['a nodeSelector that matches', node({ role: 'w' }), daemonset({ nodeSelector: { role: 'w' } }), 'YY'],
  ['a nodeSelector that does not', node({ role: 'x' }), daemonset({ nodeSelector: { role: 'w' } }), 'NN'],
  ['an empty value against no label', node({}), daemonset({ nodeSelector: { role: '' } }), 'NN'],
  ['In', node({ z: 'a' }), requiring({ matchExpressions: [expression('z', 'In', 'a', 'b')] }), 'YY'],
  ['NotIn without the label', node({}), requiring({ matchExpressions: [expression('z', 'NotIn', 'a')] }), 'YY'],
  ['Gt, strictly', node({ cpus: '4' }), requiring({ matchExpressions: [expression('cpus', 'Gt', '4')] }), 'NN'],
  ['Gt of no number', node({ cpus: 'many' }), requiring({ matchExpressions: [expression('cpus', 'Gt', '4')] }), 'NN'],
  ['a single empty term', node({}), requiring({}), 'NN'],
  [
    'a term that cannot be parsed OR one that matches (the API refuses it)',
    node({ b: '1' }),
    requiring({ matchExpressions: [expression('b', 'Near', '1')] }, { matchExpressions: [expression('b', 'Exists')] }),
    'YY',
  ],
  [
    'matchFields with two values (the API refuses it)',
    node({}),
    requiring({ matchFields: [expression('metadata.name', 'In', 'n1', 'n2')] }),
    'NN',
  ],
  ['nodeName of another node', node({}), daemonset({ nodeName: 'n2' }), 'NN'],
  ['not-ready, NoExecute', node({}, [notReady, 'NoExecute']), daemonset(), 'YY'],
  ['not-ready, NoSchedule', node({}, [notReady, 'NoSchedule']), daemonset(), 'NY'],
  [
    'not-ready, both, all tolerated',
    node({}, [notReady, 'NoSchedule'], [notReady, 'NoExecute']),
    tolerating({ operator: 'Exists' }),
    'YY',
  ],
  ['network-unavailable', node({}, ['node.kubernetes.io/network-unavailable', 'NoSchedule']), daemonset(), 'NY'],
  [
    'network-unavailable on the host network',
    node({}, ['node.kubernetes.io/network-unavailable', 'NoSchedule']),
    daemonset({ hostNetwork: true }),
    'YY',
  ],
  ['PreferNoSchedule', node({}, ['x', 'PreferNoSchedule']), daemonset(), 'YY'],
  ['an untolerated NoExecute', node({}, ['x', 'NoExecute']), daemonset(), 'NN'],
  [
    'one of two taints tolerated',
    node({}, ['a', 'NoSchedule'], ['b', 'NoSchedule']),
    tolerating({ key: 'a', operator: 'Exists' }),
    'NY',
  ],
  [
    'a toleration with Gt, whose gate is off',
    { metadata: { name: 'n1' }, spec: { taints: [{ key: 'sla', value: '950', effect: 'NoSchedule' }] } },
    tolerating({ key: 'sla', operator: 'Gt', value: '900', effect: 'NoSchedule' }),
    'NY',
  ],
];

test('the oracle gives the known answers', async () => {
  const answers = await askOracle(cases.map(([, ofNode, ofDaemonset]) => ({ node: ofNode, daemonset: ofDaemonset })));
  expect(cases.map(([what], index) => `${what}: ${answers[index]}`)).toEqual(
    cases.map(([what, , , answer]) => `${what}: ${answer}`),
  );
});

test('20,000 answers come in the order of their pairs', async () => {
  const runs = (index: number): boolean => (index * 7919) % 13 < 6;
  function* pairs(): Generator<OraclePair> {
    for (let index = 0; index < 20_000; index++) {
      yield { node: node({ runs: String(runs(index)) }), daemonset: daemonset({ nodeSelector: { runs: 'true' } }) };
    }
  }
  const answers = await askOracle(pairs());
  expect(answers).toEqual(Array.from({ length: 20_000 }, (_, index) => (runs(index) ? 'YY' : 'NN')));
});

test('a pair that is not of the API’s shape is named by its line', async () => {
  const broken = { node: { metadata: { labels: 'none' } }, daemonset: daemonset() };
  await expect(askOracle([{ node: node({}), daemonset: daemonset() }, broken])).rejects.toThrow(
    /ended with code 1: oracle: line 2: json: cannot unmarshal string/,
  );
});
