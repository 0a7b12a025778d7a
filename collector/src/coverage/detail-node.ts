/** One node with the chain of checks that led to its state, each with what was seen. */
import { REASONS, runbookOf, type Check, type NodeDetail, type ReasonCode, type Transition } from '@rollcall/contract';
import { checkEgress } from './egress/egress-words.ts';
import { describeNode, subjectOf, type Described } from './describe-node.ts';
import { isLive } from './diagnosis/live-pod.ts';
import { explainPlacement, isPassingTaint } from './explain-placement.ts';
import { ASKED_LAYERS, askLayer, observedLayers } from './judge.ts';
import { commandsFor, commandsForPhantom, commandsForSilence } from './next-commands.ts';
import { checkUsage } from './usage-words.ts';
import { createRecord, type NodeRecord } from './record.ts';
import { sayDuration } from './say-duration.ts';
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
  const code = codeOf(answer);
  const nextStep = code === undefined ? null : REASONS[code].nextStep;
  if (node === undefined) {
    const outcome = answer.state === 'uncovered' ? 'fail' : 'unknown';
    const checks: readonly Check[] = [{ check: 'node exists', outcome, seen: answer.message }];
    const commands = commandsForPhantom(context.inventory, context.roll.policy, answer.pool);
    const runbook = pageOf(answer, code);
    return {
      ...answer,
      nextStep,
      commands,
      runbook,
      evidence: [],
      checks,
      transitions: transitions(record?.uid ?? key),
    };
  }
  const { name, uid } = node.object;
  const known = record ?? createRecord(name, uid, { now: context.now });
  const subject = subjectOf(context, known, node);
  const checks = markFollowers([checkDaemonSet(subject), ...checkNode(context, { answer, record: known, subject })]);
  const findings = answer.findings.filter((finding) => !isEcho(finding, { answer, subject }));
  const advice =
    answer.state === 'unobserved'
      ? adviseUnseen(checks, subject)
      : { nextStep, commands: code === undefined ? [] : commandsFor(code, subject) };
  const runbook = pageOf({ ...answer, findings }, code);
  return { ...answer, ...advice, runbook, evidence: [], findings, checks, transitions: transitions(uid) };
}

function adviseUnseen(checks: readonly Check[], subject: Subject): Pick<NodeDetail, 'nextStep' | 'commands'> {
  const isBlind = checks.some(({ check, outcome }) => outcome === 'unknown' && check.startsWith(LAYER));
  return isBlind
    ? { nextStep: 'Find out why the collector does not see that: its /readyz and its log say it.', commands: [] }
    : { nextStep: 'Look whether the daemon itself lives.', commands: commandsForSilence(subject) };
}

/** How the check of a layer of which nothing is seen begins. */
const LAYER = 'layer ';

const PLACEMENT: readonly string[] = ['LabelDrift', 'NodeSelectorMismatch', 'UntoleratedTaint'];

/** What the detail need not tell: the same placement twice, and the taints that an ill node gets for being ill. */
function isEcho({ code }: Answer['findings'][number], { answer, subject }: Omit<Seen, 'record'>): boolean {
  if (!PLACEMENT.includes(code)) return false;
  if (isTaintedForBeingIll(subject)) return true;
  const told = [answer.reason, ...answer.findings.map((own) => own.code)];
  return code !== 'LabelDrift' && told.includes('LabelDrift');
}

/** The reason whose next step is due: why the node is not covered, or what will take its daemon away. */
function codeOf({ state, reason, findings }: Answer): ReasonCode | undefined {
  if (state === 'uncovered') return isReason(reason) ? reason : 'Unexplained';
  return state === 'covered' ? findings.map(({ code }) => code).find(isReason) : undefined;
}

function pageOf({ findings }: Answer, code: ReasonCode | undefined): string | null {
  const told = code ?? findings[0]?.code;
  return told === undefined ? null : runbookOf(told);
}

function isTaintedForBeingIll({ node, placement: { untolerated } }: Subject): boolean {
  if (node.object.ready.status === 'True' || untolerated.length === 0) return false;
  return untolerated.every(({ key }) => isPassingTaint(key));
}

type Answer = Omit<NodeDetail, 'nextStep' | 'commands' | 'runbook' | 'evidence' | 'checks' | 'transitions'>;

function isReason(code: string | null): code is ReasonCode {
  return code !== null && Object.hasOwn(REASONS, code);
}

interface Seen {
  readonly answer: Answer;
  readonly record: NodeRecord;
  readonly subject: Subject;
}

function checkNode(context: Described, { answer, record, subject }: Seen): readonly Check[] {
  if (!answer.inScope) {
    const seen = answer.message || 'the policy does not select it';
    return [{ check: 'in scope', outcome: 'note', seen: `no: ${seen}` }];
  }
  const excuse: readonly Check[] =
    answer.state === 'excused'
      ? [{ check: 'counted', outcome: 'note', seen: `not now, ${answer.reason}: ${answer.message}` }]
      : [];
  // The pod layer is shown where it is off, too.
  const shown = ASKED_LAYERS.filter((layer) => layer.name === 'pod' || layer.isAsked(subject.policy));
  const layers = shown.flatMap((layer) => checkLayer(layer, subject, context));
  return [
    checkScope(record, subject),
    checkEligible(subject),
    ...excuse,
    ...layers,
    ...checkEgress(subject),
    ...checkUsage(subject),
  ];
}

function checkDaemonSet({ policy, daemonSet }: Subject): Check {
  const name = `${policy.namespace}/${policy.daemonset}`;
  if (daemonSet === undefined) return { check: 'DaemonSet', outcome: 'fail', seen: `${name} does not exist` };
  const isLeaving = daemonSet.object.deletedAt !== undefined;
  return {
    check: 'DaemonSet',
    outcome: isLeaving ? 'fail' : 'pass',
    seen: `${name}${isLeaving ? ' is being deleted' : ''}`,
  };
}

function checkScope({ leftScopeMono }: NodeRecord, { policy, pool, now }: Subject): Check {
  const by = policy.selector === undefined ? "the DaemonSet's template" : 'the policy';
  if (leftScopeMono === undefined) {
    return { check: 'in scope', outcome: 'pass', seen: `by ${by}, pool ${pool}` };
  }
  const seen = `it was until ${sayDuration(now.monoMs - leftScopeMono)} ago, which counts for 24 h; pool ${pool}`;
  return { check: 'in scope', outcome: 'note', seen };
}

function checkEligible(subject: Subject): Check {
  const { node, daemonSet, placement, pod } = subject;
  if (daemonSet === undefined) return { check: 'eligible', outcome: 'fail', seen: 'there is no DaemonSet to place it' };
  if (placement.shouldRun) {
    return { check: 'eligible', outcome: 'pass', seen: "the DaemonSet's selector, affinity and tolerations let it in" };
  }
  const { message } = explainPlacement(node.object, daemonSet.object.placement, placement);
  const isKept = placement.keepRunning && pod !== undefined && pod.object.bound && isLive(pod);
  if (isTaintedForBeingIll(subject)) {
    return { check: 'eligible', outcome: 'note', seen: `not before the node is well: ${message}` };
  }
  if (!isKept) return { check: 'eligible', outcome: 'fail', seen: message };
  return { check: 'eligible', outcome: 'note', seen: `its pod may stay, but no new one will come: ${message}` };
}

function checkLayer(layer: Layer, subject: Subject, { inventory }: Described): readonly Check[] {
  const { watches } = inventory;
  const { answer } = askLayer(layer, subject, { watches, observed: observedLayers(subject, watches) });
  if (answer === 'notAsked') {
    return [{ check: `${LAYER}${layer.name}`, outcome: 'skipped', seen: `not asked in pool ${subject.pool}` }];
  }
  const dark = layer.sources(subject).filter((source) => watches.get(source) !== 'live');
  if (dark.length === 0) return layer.check(subject);
  const states = dark.map((source) => `${source} (${watches.get(source) ?? 'not begun'})`);
  const blind: Check = {
    check: `${LAYER}${layer.name}`,
    outcome: 'unknown',
    seen: `the collector does not see ${states.join(', ')}`,
  };
  if (answer === 'unknown') return [blind];
  // What the live watches prove; all behind it may have changed unseen.
  const checks = layer.check(subject);
  return [...checks.slice(0, checks.findIndex(({ outcome }) => outcome === 'fail') + 1), blind];
}

/** What fails behind a failure does so most likely because of it. */
function markFollowers(checks: readonly Check[]): readonly Check[] {
  const first = checks.findIndex(({ outcome }) => outcome === 'fail');
  return checks.map((own, at) => (own.outcome === 'fail' && at > first ? { ...own, outcome: 'follows' } : own));
}
