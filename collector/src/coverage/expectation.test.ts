import { expect, test } from 'vitest';
import type { NodeSelectorTerm, Taint, TemplatePlacement } from '@rollcall/contract';
import { decidePlacement, type PlacedNode } from './expectation.ts';
import { splitLabels } from '../test-objects.ts';

const node = (changes: Partial<PlacedNode> = {}): PlacedNode => ({
  ...{ name: 'n1', taints: [], ...splitLabels({}) },
  ...changes,
});

const template = (changes: Partial<TemplatePlacement> = {}): TemplatePlacement => ({
  nodeName: '',
  nodeSelector: {},
  tolerations: [],
  hostNetwork: false,
  ...changes,
});

const taint = (key: string, effect: string): Taint => ({ key, value: '', effect });
const exists = (key: string): NodeSelectorTerm => ({
  matchExpressions: [{ key, operator: 'Exists', values: [] }],
  matchFields: [],
});

test('a plain template runs on a plain node', () => {
  expect(decidePlacement(node(), template())).toEqual({
    shouldRun: true,
    keepRunning: true,
    rule: 'run',
    untolerated: [],
    admitted: true,
  });
});

test('the first rule that refuses decides: nodeName, nodeSelector, affinity, taints', () => {
  const everything = { nodeName: 'n2', nodeSelector: { a: '1' }, terms: [exists('b')] };
  const tainted = node({ taints: [taint('t', 'NoSchedule')] });
  const rule = (placed: PlacedNode, changes: Partial<TemplatePlacement>): string =>
    decidePlacement(placed, template({ ...everything, ...changes })).rule;
  expect(rule(tainted, {})).toBe('nodeName');
  expect(rule(tainted, { nodeName: 'n1' })).toBe('nodeSelector');
  expect(rule({ ...tainted, ...splitLabels({ a: '1' }) }, { nodeName: '' })).toBe('nodeAffinity');
  expect(rule({ ...tainted, ...splitLabels({ a: '1', b: '' }) }, { nodeName: '' })).toBe('untoleratedNoSchedule');
});

test('a node that is not admitted has no untolerated taints to speak of', () => {
  const decided = decidePlacement(node({ taints: [taint('t', 'NoExecute')] }), template({ terms: [] }));
  expect(decided).toMatchObject({ rule: 'nodeAffinity', admitted: false, keepRunning: false, untolerated: [] });
});

test('every untolerated taint is named in order, and one NoExecute among them evicts', () => {
  const taints = [
    taint('a', 'NoSchedule'),
    taint('tolerated', 'NoSchedule'),
    taint('b', 'NoExecute'),
    taint('c', 'PreferNoSchedule'),
    taint('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  ];
  const tolerations = [{ key: 'tolerated', operator: 'Exists', value: '', effect: '' }];
  const decided = decidePlacement(node({ taints }), template({ tolerations }));
  expect(decided).toMatchObject({ rule: 'untoleratedNoExecute', admitted: true, shouldRun: false, keepRunning: false });
  expect(decided.untolerated.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('answers without untolerated taints are shared, so that 100,000 of them cost nothing', () => {
  const other = node({ name: 'n2', ...splitLabels({ z: '' }) });
  expect(decidePlacement(node(), template())).toBe(decidePlacement(other, template()));
  const selecting = template({ nodeSelector: { a: '' } });
  expect(decidePlacement(node(), selecting)).toBe(decidePlacement(other, selecting));
});

test('labels are read as own properties only', () => {
  expect(decidePlacement(node(), template({ terms: [exists('constructor')] })).rule).toBe('nodeAffinity');
  const nodeSelector = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
  expect(decidePlacement(node(), template({ nodeSelector })).rule).toBe('nodeSelector');
  expect(decidePlacement(node(splitLabels(nodeSelector)), template({ nodeSelector })).rule).toBe('run');
});
