import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  CONDITION_TAINTS,
  JOINING_TAINTS,
  LEAVING_TAINTS,
  type NodeSelectorTerm,
  type Taint,
  type TemplatePlacement,
  type Toleration,
} from '@rollcall/contract';
import { decidePlacement, type PlacedNode } from './expectation.ts';
import { explainPlacement, type Explanation } from './explain-placement.ts';
import { splitLabels } from '../test-objects.ts';

const node: PlacedNode = { name: 'n1', ...splitLabels({ role: 'x', cpus: '4' }), taints: [] };
const template: TemplatePlacement = { nodeName: '', nodeSelector: {}, tolerations: [], hostNetwork: false };

const term = (...expressions: readonly string[]): NodeSelectorTerm => ({
  matchExpressions: expressions.map((text) => {
    const [key = '', operator = '', ...values] = text.split(' ');
    return { key, operator, values };
  }),
  matchFields: [],
});

const taint = (key: string, value: string, effect: string): Taint => ({ key, value, effect });

function explain(placed: Partial<PlacedNode>, placement: Partial<TemplatePlacement>): Explanation {
  const [on, of] = [
    { ...node, ...placed },
    { ...template, ...placement },
  ];
  return explainPlacement(on, of, decidePlacement(on, of));
}

const cannot = "change the template's required node affinity: labels cannot satisfy it";

type Case = readonly [
  what: string,
  placed: Partial<PlacedNode>,
  placement: Partial<TemplatePlacement>,
  message: string,
  mend: string,
];

test.each<Case>([
  ['a node that should run', {}, {}, '', ''],
  [
    'nodeName',
    {},
    { nodeName: 'n2' },
    "the template's nodeName is n2, this node is n1",
    'remove nodeName from the template',
  ],
  [
    'nodeSelector',
    {},
    { nodeSelector: { role: 'w', cpus: '4', zone: 'a' } },
    'nodeSelector asks role=w (the node has role=x), zone=a (the node has no such label)',
    'kubectl label node n1 --overwrite role=w zone=a',
  ],
  [
    'each term by what it lacks, mended by the first that labels can satisfy',
    {},
    { terms: [term('cpus Gt 4', 'role NotIn x'), term('zone In a b', 'cpus Exists')] },
    'node affinity asks term 1 of 2: cpus Gt 4 (the node has cpus=4) and role NotIn x (the node has role=x); ' +
      'term 2 of 2: zone In a,b (the node has no such label)',
    'kubectl label node n1 --overwrite cpus=5 role-',
  ],
  [
    'a contradiction',
    {},
    { terms: [term('zone In a', 'zone NotIn a')] },
    'node affinity asks term 1 of 1: zone In a (the node has no such label)',
    cannot,
  ],
  [
    'a number below every label',
    {},
    { terms: [term('cpus Lt 0')] },
    'node affinity asks term 1 of 1: cpus Lt 0 (the node has cpus=4)',
    cannot,
  ],
  [
    'terms that no node can satisfy',
    {},
    { terms: [term(), term('cpus Near 4')] },
    'node affinity asks term 1 of 2: empty, which matches no node; term 2 of 2: skipped, since cpus Near 4 is not valid',
    cannot,
  ],
  ['no terms', {}, { terms: [] }, 'node affinity asks no terms, which match no node', cannot],
  [
    'a field',
    {},
    { terms: [{ matchExpressions: [], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }] },
    'node affinity asks term 1 of 1: field metadata.name In n2 (the node is n1)',
    cannot,
  ],
  [
    'one taint',
    { taints: [taint('a', '', 'NoSchedule')] },
    {},
    'untolerated taint a:NoSchedule',
    'add to the template\'s tolerations: [{key: "a", operator: Exists, effect: NoSchedule}]',
  ],
  [
    'several taints',
    { taints: [taint('a', 'true', 'NoSchedule'), taint('b', '', 'NoExecute')] },
    {},
    'untolerated taints a=true:NoSchedule, b:NoExecute',
    'add to the template\'s tolerations: [{key: "a", operator: Equal, value: "true", effect: NoSchedule}, ' +
      '{key: "b", operator: Exists, effect: NoExecute}]',
  ],
  [
    "a taint of the node's life beside one that stays",
    { taints: [taint('node.kubernetes.io/not-ready', '', 'NoSchedule'), taint('b', '', 'NoExecute')] },
    {},
    'untolerated taints node.kubernetes.io/not-ready:NoSchedule, b:NoExecute',
    'wait, without a toleration: node.kubernetes.io/not-ready goes when the node becomes Ready; ' +
      'add to the template\'s tolerations: [{key: "b", operator: Exists, effect: NoExecute}]',
  ],
])('%s', (...[, placed, placement, message, mend]) => {
  expect(explain(placed, placement)).toEqual({ message, mend });
});

test.each([...CONDITION_TAINTS, ...JOINING_TAINTS, ...LEAVING_TAINTS])(
  "no toleration is proposed for $key, which is of the node's life",
  (pattern) => {
    const key = pattern.key.replace('*', 'own');
    const { mend } = explain({ taints: [taint(key, '', 'NoSchedule'), taint(key, '', 'NoExecute')] }, {});
    expect(mend).toMatch(/^wait, without a toleration: \S+ goes (?!.*tolerations)/);
    expect(mend).toContain(key);
  },
);

test('a message stays short, whatever the objects hold', () => {
  const taints = Array.from({ length: 1000 }, (_, index) => taint(`${index}${'k'.repeat(1000)}`, '', 'NoSchedule'));
  const terms = Array.from({ length: 1000 }, () => term(`a In ${'v'.repeat(1000)}`));
  expect(explain({ taints }, {}).message.length).toBeLessThan(500);
  expect(explain({}, { terms }).message.length).toBeLessThan(1000);
});

test('the mend for taints, put into the template, mends', () => {
  const text = fc.constantFrom('', 'a', 'true', '8', 'null', 'a.b/c', '~', 'x: y');
  const taints = fc.array(
    fc.record({
      key: text.filter((key) => key !== ''),
      value: text,
      effect: fc.constantFrom('NoSchedule', 'NoExecute'),
    }),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(taints, (ofNode) => {
      const { mend } = explain({ taints: ofNode }, {});
      const added = parse(mend.replace(/^[^[]*/, '')) as Partial<Toleration>[];
      const tolerations = added.map((toleration) => ({ key: '', operator: '', value: '', effect: '', ...toleration }));
      expect(decidePlacement({ ...node, taints: ofNode }, { ...template, tolerations }).rule).toBe('run');
    }),
  );
});

test('the mend for labels, put on the node, mends', () => {
  const requirement = fc.constantFrom(
    'a In x y',
    'a NotIn x',
    'b Exists',
    'b DoesNotExist',
    'c Gt 4',
    'c Lt 5',
    'c Lt 0',
  );
  const terms = fc.array(fc.array(requirement, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 });
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', '4', '5'));
  fc.assert(
    fc.property(terms, labels, (asked, ofNode) => {
      const placement = { ...template, terms: asked.map((expressions) => term(...expressions)) };
      const { mend } = explain(splitLabels(ofNode), placement);
      fc.pre(mend.startsWith('kubectl'));
      const mended = new Map<string, string>(Object.entries(ofNode));
      for (const change of mend.split(' ').slice(5)) {
        const [key = '', value] = change.split('=');
        if (value === undefined) mended.delete(key.slice(0, -1));
        else mended.set(key, value);
      }
      expect(decidePlacement({ ...node, ...splitLabels(Object.fromEntries(mended)) }, placement).rule).toBe('run');
    }),
  );
});
