import { expect, test } from 'vitest';
import { parseDaemonSources } from './daemon-source-flag.ts';

const NO_SCOPE = { workloadIdPrefix: '', labelSelector: '', metadata: [] };
const LOCAL = { name: 'local', kubeconfig: undefined, context: undefined, scope: NO_SCOPE };

test.each<[string, object]>([
  ['riptides=/etc/riptides/kubeconfig', { name: 'riptides', kubeconfig: '/etc/riptides/kubeconfig' }],
  ['a=k,context=eu', { name: 'a', kubeconfig: 'k', context: 'eu' }],
  ['a=,context=eu', { name: 'a', context: 'eu' }],
  ['a=,workload-id-prefix=riptides/daemon/1/', { scope: { ...NO_SCOPE, workloadIdPrefix: 'riptides/daemon/1/' } }],
  ['a=,label-selector=x=y,!z,t in (a,b)', { scope: { ...NO_SCOPE, labelSelector: 'x=y,!z,t in (a,b)' } }],
  [
    'a=k=v,label-selector=x,metadata=awsiid:region=eu-west-1,metadata=a=b=c',
    {
      kubeconfig: 'k=v',
      scope: {
        ...NO_SCOPE,
        labelSelector: 'x',
        metadata: [
          { name: 'awsiid:region', value: 'eu-west-1' },
          { name: 'a', value: 'b=c' },
        ],
      },
    },
  ],
])('%s is a source beside the local one', (value, expected) => {
  const { sources, faults } = parseDaemonSources([value]);
  expect([sources.length, sources[0], sources[1], faults]).toEqual([
    2,
    { ...LOCAL, name: 'a', ...expected },
    LOCAL,
    [],
  ]);
});

test('the local source needs no flag, and may be another', () => {
  expect(parseDaemonSources([])).toEqual({ sources: [LOCAL], faults: [] });
  const { sources } = parseDaemonSources(['local=,workload-id-prefix=p']);
  expect(sources).toEqual([{ ...LOCAL, scope: { ...NO_SCOPE, workloadIdPrefix: 'p' } }]);
});

const OPTIONS = 'use one of context=, workload-id-prefix=, label-selector=, metadata=';

test.each<[readonly string[], readonly string[]]>([
  [
    ['riptides'],
    [
      'has no "="; write NAME=KUBECONFIG[,context=CONTEXT][,workload-id-prefix=PREFIX][,label-selector=SELECTOR][,metadata=KEY=VALUE]',
    ],
  ],
  [['=k'], [`has the name ""; use 1 to 253 lower-case letters, digits, '-' and '.'`]],
  [['A_b=k'], [`has the name "A_b"; use 1 to 253 lower-case letters, digits, '-' and '.'`]],
  [['a=k,contxt=eu'], [`has "contxt=eu"; ${OPTIONS}`]],
  [['a=k,context=eu,context=us'], ['has context twice; give it once']],
  [['a=k,context='], ['has no value for context; give one, or leave it out']],
  [
    ['a=k,metadata=region'],
    ['has metadata "region"; write metadata=KEY=VALUE, for example metadata=awsiid:region=eu-west-1'],
  ],
  [
    ['a=k,label-selector=x in a'],
    ['has the label selector "x in a"; write it as kubectl does, for example cluster=prod-1'],
  ],
  [
    ['a=k', 'a=l'],
    ['', 'has the name of another one; give each source a name of its own'],
  ],
  [
    ['B=,context=', 'c'],
    ['has the name', 'has no value', 'has no "="'],
  ],
])('%j is refused', (values, wrong) => {
  const { faults } = parseDaemonSources(values);
  const expected = wrong.filter((text) => text !== '');
  expect(faults).toHaveLength(expected.length);
  for (const [index, text] of expected.entries()) {
    expect(faults[index]).toMatch(/^--daemon-source: ".*" /);
    expect(faults[index]).toContain(text);
  }
});
