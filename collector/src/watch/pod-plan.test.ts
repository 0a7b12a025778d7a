import { expect, test } from 'vitest';
import { buildDaemonSet } from '../test-objects.ts';
import { planPodWatches, toPodTarget, toQuery, watchIdsOf, type PodTarget } from './pod-plan.ts';

type Expressions = Parameters<typeof toQuery>[0]['matchExpressions'];

function target(daemonset: string, labelSelector: string, namespace = 'agents'): PodTarget {
  return { namespace, daemonset, labelSelector };
}

function idsOf(...targets: readonly PodTarget[]): readonly string[] {
  return [...planPodWatches(targets).keys()];
}

test.each<[string, Readonly<Record<string, string>>, Expressions, string]>([
  ['labels, in a fixed order', { b: '2', a: '1' }, [], 'a=1,b=2'],
  ['an empty value', { a: '' }, [], 'a='],
  ['a prefixed key', { 'app.kubernetes.io/name': 'x' }, [], 'app.kubernetes.io/name=x'],
  ['In, sorted', {}, [{ key: 'a', operator: 'In', values: ['y', 'x'] }], 'a in (x,y)'],
  ['NotIn', {}, [{ key: 'a', operator: 'NotIn', values: ['x'] }], 'a notin (x)'],
  ['Exists', {}, [{ key: 'a', operator: 'Exists', values: [] }], 'a'],
  ['DoesNotExist', {}, [{ key: 'a', operator: 'DoesNotExist', values: [] }], '!a'],
  ['both parts', { b: '1' }, [{ key: 'a', operator: 'Exists', values: [] }], 'a,b=1'],
  ['nothing', {}, [], ''],
  ['In without values: no query', {}, [{ key: 'a', operator: 'In', values: [] }], ''],
  ['an operator that labels do not have: no query', { b: '1' }, [{ key: 'a', operator: 'Gt', values: ['1'] }], ''],
  ['a key that would add a requirement: no query', { 'a,b': '1' }, [], ''],
  ['a value that would add a requirement: no query', { a: '1,b' }, [], ''],
  ['an entry that was none: no query', {}, [{ key: '', operator: '', values: [] }], ''],
])('a selector is written as a query: %s', (_, matchLabels, matchExpressions, query) => {
  expect(toQuery({ matchLabels, matchExpressions })).toBe(query);
});

test('a DaemonSet becomes a target by its names and its selector', () => {
  expect(toPodTarget(buildDaemonSet())).toEqual(target('agent', 'app=agent'));
});

test('each selector has its watch, and DaemonSets of one selector share it', () => {
  const ids = idsOf(target('a', 'app=a'), target('b', 'app=b'), target('c', 'app=a'), target('d', 'app=a', 'other'));
  expect(ids).toEqual(['pods/agents/app=a', 'pods/agents/app=b', 'pods/other/app=a']);
});

test('above 10 selectors a namespace has one watch, and the others keep theirs', () => {
  const many = (count: number): readonly PodTarget[] =>
    Array.from({ length: count }, (_, n) => target(`d${n}`, `app=d${n}`));
  expect(idsOf(...many(10))).toHaveLength(10);
  expect(idsOf(...many(11), target('x', 'app=x', 'other'))).toEqual(['pods/agents', 'pods/other/app=x']);
});

test('a namespace with a DaemonSet that no query describes has one watch', () => {
  expect(idsOf(target('a', 'app=a'), target('b', ''))).toEqual(['pods/agents']);
});

test('the pods of a DaemonSet are shown by the watch of its selector and by that of its namespace', () => {
  expect(watchIdsOf(target('a', 'app=a'))).toEqual(['pods/agents/app=a', 'pods/agents']);
});
