/** One node with the chain of checks that led to its state, each with what was seen. */
import { REASONS, type Check, type NodeDetail, type Transition } from '@rollcall/contract';
import { describeNode, subjectOf, type Described } from './describe-node.ts';
import { explainPlacement } from './explain-placement.ts';
import { ASKED_LAYERS, askLayer } from './judge.ts';
import { createRecord } from './record.ts';
import type { Standing } from './standing.ts';
import type { Layer, Subject } from './subject.ts';

/** The detail of a node, phantoms included; undefined when there is no such node. */
export function detailNode(
  context: Described,
  key: string,
  transitions: (nodeUid: string) => readonly Transition[],
): NodeDetail | undefined {
  const answer = describeNode(context, key);
  if (answer === undefined) return undefined;
  const record = context.roll.records.get(key);
  const node = context.inventory.nodes.get(key);
  const nextStep = nextStepOf(record?.standing);
  if (node === undefined) return { ...answer, nextStep, checks: [], transitions: transitions(record?.uid ?? key) };
  const { name, uid } = node.object;
  const subject = subjectOf(context, record ?? createRecord(name, uid, { now: context.now }), node);
  const scope: Check = check('in scope', answer.inScope, answer.inScope ? `pool ${answer.pool}` : answer.message);
  const excused = answer.state === 'excused';
  const excuse: Check = check('not excused', !excused, excused ? answer.message : '');
  const layers = answer.inScope ? ASKED_LAYERS.flatMap((layer) => checkLayer(layer, subject, context)) : [];
  return {
    ...answer,
    nextStep,
    checks: [scope, checkEligible(subject), excuse, ...layers],
    transitions: transitions(uid),
  };
}

function nextStepOf(standing: Standing | undefined): string | null {
  return standing?.state === 'uncovered' ? REASONS[standing.reason || 'Unexplained'].nextStep : null;
}

function check(name: string, passed: boolean, seen: string): Check {
  return { check: name, outcome: passed ? 'pass' : 'fail', seen };
}

function checkEligible({ node, daemonSet, placement }: Subject): Check {
  if (daemonSet === undefined) return check('eligible', false, 'the DaemonSet is absent');
  const seen = placement.shouldRun ? '' : explainPlacement(node.object, daemonSet.object.placement, placement).message;
  return check('eligible', placement.shouldRun, seen);
}

function checkLayer(layer: Layer, subject: Subject, { inventory }: Described): readonly Check[] {
  const name = `layer ${layer.name}`;
  const { answer } = askLayer(layer, subject, inventory.watches);
  if (answer === 'unknown') {
    const dark = layer.sources(subject).filter((source) => inventory.watches.get(source) !== 'live');
    return [{ check: name, outcome: 'unknown', seen: `not live: ${dark.join(', ')}` }];
  }
  if (answer === 'notAsked') return [{ check: name, outcome: 'skipped', seen: `not asked in pool ${subject.pool}` }];
  return [...checkPod(subject), check(name, answer === 'good', '')];
}

function checkPod({ node, pod, newestHash }: Subject): readonly Check[] {
  const { ready } = node.object;
  const nodeReady = check('node Ready', ready.status === 'True', `Ready is ${ready.status}: ${ready.reason}`);
  if (pod === undefined) return [nodeReady, check('pod on the node', false, 'no pod of the DaemonSet')];
  const { object } = pod;
  const serving = object.ready.status === 'True' && object.deletedAt === undefined;
  const state = object.deletedAt === undefined ? `Ready is ${object.ready.status || 'not reported'}` : 'terminating';
  return [
    nodeReady,
    check('pod on the node', true, `${object.namespace}/${object.name}, ${object.phase}`),
    check('pod Ready', serving, state),
    check('newest revision', newestHash !== '' && object.hash === newestHash, `${object.hash} of ${newestHash}`),
  ];
}
