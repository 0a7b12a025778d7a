/** Says of one node what the API answers: its state in words, and the chain of checks that led there. */
import { REASONS, type Finding as AnswerFinding, type NodeAnswer } from '@rollcall/contract';
import type { Inventory, NodeEntry } from '../inventory/index.ts';
import { diagnose, findAll, findOnCovered } from './diagnosis/diagnose.ts';
import { explainPlacement } from './explain-placement.ts';
import { describeDaemons, describeHeartbeat } from './describe-witness.ts';
import { describeStray } from './describe-stray.ts';
import { findExcuse } from './excuses.ts';
import { formSubject, isEligible, placeNode } from './form-subject.ts';
import { ASKED_LAYERS, askLayer, observedLayers } from './judge.ts';
import type { PolicyRoll } from './policy-roll.ts';
import { createRecord, type NodeRecord } from './record.ts';
import { isInScope, type Standing } from './standing.ts';
import type { Instant, Layer, Subject } from './subject.ts';

/** What a description is made of. */
export interface Described {
  readonly inventory: Inventory;
  readonly roll: PolicyRoll;
  readonly now: Instant;
  /** Writes wall-clock milliseconds as RFC 3339; the core has no Date. */
  readonly rfc3339: (wallMs: number) => string;
}

/** One node of the roll, phantoms included. A node without a record is out of scope. */
export function describeNode(context: Described, key: string): NodeAnswer | undefined {
  const { roll, inventory } = context;
  const record = roll.records.get(key);
  const node = inventory.nodes.get(key);
  if (record !== undefined && record.name === '') return describePhantom(context, record);
  if (node === undefined) return undefined;
  return record?.standing === undefined
    ? outOfScope(context, node)
    : answer(context, subjectOf(context, record, node), record);
}

/** The subject of a record, as it would be judged now. */
export function subjectOf({ inventory, roll, now }: Described, record: NodeRecord, node: NodeEntry): Subject {
  return formSubject(inventory, roll, { record, node, placement: placeNode(roll, node), now });
}

function answer(context: Described, subject: Subject, record: NodeRecord): NodeAnswer {
  const standing = record.standing;
  const state = standing?.state ?? 'outOfScope';
  const { reason, message, findings, retryDueMono } = explain(context, subject, standing);
  return {
    node: record.name,
    pool: subject.pool,
    inScope: standing !== undefined && isInScope(standing),
    eligible: isEligible(subject),
    state,
    reason,
    owner: state === 'uncovered' ? standing?.owner || null : null,
    message,
    since: wallText(context, record.sinceMono),
    retryAt: retryDueMono === undefined ? null : wallText(context, retryDueMono),
    findings: findings.map(({ code, message: seen }) => ({ code, message: seen })),
    pod: subject.pod === undefined ? null : `${subject.pod.object.namespace}/${subject.pod.object.name}`,
    daemon: describeDaemons(subject),
    heartbeat: describeHeartbeat(subject),
  };
}

interface Explanation {
  readonly reason: NodeAnswer['reason'];
  readonly message: string;
  readonly findings: readonly AnswerFinding[];
  readonly retryDueMono?: number | undefined;
}

function explain(context: Described, subject: Subject, standing: Standing | undefined): Explanation {
  switch (standing?.state) {
    case 'uncovered': {
      const primary = diagnose(subject);
      const findings = findAll(subject).filter(({ code }) => code !== primary.code);
      return {
        reason: standing.reason || null,
        message: primary.message,
        findings,
        retryDueMono: primary.retryDueMono,
      };
    }
    case 'excused': {
      const excuse = findExcuse(subject, ({ code }) => code === standing.excuse);
      const findings = standing.verdict === 'uncovered' ? findAll(subject) : findOnCovered(subject);
      return { reason: standing.excuse || null, message: excuse?.message ?? '', findings };
    }
    case 'covered':
      return { reason: null, message: '', findings: findOnCovered(subject) };
    case 'unobserved':
      return { reason: null, message: describeUnknown(context, subject), findings: [] };
    case 'excluded':
      return { reason: null, message: `excluded by the rule ${standing.rule}`, findings: [] };
    case 'stray':
      return { reason: null, message: describeStray(subject), findings: [] };
    case 'outOfScope':
    case undefined:
      return { reason: null, message: placementText(subject), findings: [] };
  }
}

/** Which layers are unknown, and why. */
function describeUnknown({ inventory: { watches } }: Described, subject: Subject): string {
  const sight = { watches, observed: observedLayers(subject, watches) };
  const unknown = ASKED_LAYERS.filter((layer) => askLayer(layer, subject, sight).answer === 'unknown');
  if (unknown.length === 0) return 'no layer is asked here';
  const texts = unknown.map((layer) => {
    const dark = layer.sources(subject).filter((source) => watches.get(source) !== 'live');
    return `layer ${layer.name}: ${dark.length === 0 ? unknownIn(layer, subject) : `not live: ${dark.join(', ')}`}`;
  });
  return texts.join('; ');
}

function unknownIn(layer: Layer, subject: Subject): string | null {
  return layer.check(subject).find(({ outcome }) => outcome === 'unknown')?.seen ?? describeHeartbeat(subject);
}

function placementText({ node, daemonSet, placement }: Subject): string {
  if (daemonSet === undefined) return 'the DaemonSet is absent';
  return placement.shouldRun ? '' : explainPlacement(node.object, daemonSet.object.placement, placement).message;
}

function outOfScope(context: Described, node: NodeEntry): NodeAnswer {
  const { name, uid } = node.object;
  const record = createRecord(name, uid, { now: context.now });
  return { ...answer(context, subjectOf(context, record, node), record), since: wallText(context, node.createdMono) };
}

function describePhantom(context: Described, record: NodeRecord): NodeAnswer {
  const pool = record.standing?.pool ?? '';
  const uncovered = record.standing?.state === 'uncovered';
  return {
    node: '',
    pool,
    inScope: true,
    eligible: false,
    state: uncovered ? 'uncovered' : 'unobserved',
    reason: uncovered ? 'NodeMissing' : null,
    owner: uncovered ? REASONS.NodeMissing.owner : null,
    message: `${record.key}: pool ${pool} has fewer nodes than the policy's nodes.minimum promises`,
    since: wallText(context, record.sinceMono),
    retryAt: null,
    findings: [],
    pod: null,
    daemon: null,
    heartbeat: null,
  };
}

function wallText({ now, rfc3339 }: Described, monoMs: number): string {
  return rfc3339(now.wallMs + (monoMs - now.monoMs));
}
