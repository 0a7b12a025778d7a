/** Joins the identity of senders with what the inventory knows of their pods, and lets what they report into the pipeline. */
import {
  checkEvidence,
  checkHeartbeat,
  HEARTBEATS,
  type Check,
  type HeartbeatObject,
  type ReportResult,
} from '@rollcall/contract';
import type { Connection, Log } from '@rollcall/kube';
import { createSenderReviews } from '../control/identify-sender.ts';
import type { Instant } from '../coverage/index.ts';
import type { Intake, ReportFault } from '../http/reports.ts';
import type { ReportPath } from '../http/routes.ts';
import { isReplay } from '../inventory/index.ts';
import { stampNow } from '../watch/watch-kind.ts';
import { createEvidenceStore, type EvidenceStore } from './agent-evidence.ts';
import { findSender, TOKEN_MEND, type Sender } from './find-sender.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { Machine } from './system-clock.ts';

/** What the intake is made of. */
export interface IntakeParts {
  readonly live: Pick<LivePipeline, 'pipeline' | 'emit' | 'now'>;
  readonly machine: Pick<Machine, 'clock'>;
  readonly log: Log;
  readonly connection: Connection;
}

/** The intake of a collector. */
export interface ReportIntake extends Intake {
  /** What was refused since the process began, by why. */
  counts(): Readonly<Record<string, number>>;
  /** What agents told of a node beside heartbeats. */
  notesOf(ownerUid: string, node: string): readonly Check[];
}

/** So long events may wait before reports are sent away. */
const BEHIND_MS = 5_000;

const NOTHING_REFUSED: Readonly<Record<ReportFault, number>> = {
  unauthenticated: 0,
  forbidden: 0,
  unavailable: 0,
  overloaded: 0,
  malformed: 0,
};

/** The intake of a running collector. */
export function createIntake({ live, machine: { clock }, connection, log }: IntakeParts): ReportIntake {
  const now = (): Instant => stampNow(clock);
  const identify = createSenderReviews({ connection, clock, log });
  const counts: Record<ReportFault, number> = { ...NOTHING_REFUSED };
  const store = createEvidenceStore();
  const takers = createTakers(live, store, now);
  return {
    now,
    counts: () => ({ ...counts }),
    notesOf: store.notesOf,
    refused: (fault) => void (counts[fault] += 1),
    isBehind: () => now().monoMs - live.now().monoMs > BEHIND_MS,
    admit: async (token) => {
      const verdict = await identify(token);
      if (verdict.outcome === 'unavailable') return verdict;
      if (verdict.outcome === 'refused')
        return { outcome: 'unauthenticated', detail: `This token is not good: ${verdict.why}; ${TOKEN_MEND}.` };
      const sender = findSender(live.pipeline, verdict.sender, clock.monoMs());
      if (typeof sender === 'string') return { outcome: 'forbidden', detail: sender };
      const take = (path: ReportPath, items: readonly unknown[]): readonly ReportResult[] => {
        const results = items.map((item, at) => takers[path](item, at, sender));
        const isSome = results.some(({ outcome }) => outcome !== 'refused');
        // A request of which nothing is taken is refused, and counted, as a whole.
        for (const { outcome, status } of isSome ? results : [])
          if (outcome === 'refused') counts[status === 403 ? 'forbidden' : 'malformed'] += 1;
        return results;
      };
      return { outcome: 'admitted', take };
    },
  };
}

type Take = (item: unknown, at: number, sender: Sender) => ReportResult;

function createTakers(live: IntakeParts['live'], store: EvidenceStore, now: () => Instant): Record<ReportPath, Take> {
  return {
    '/api/v1/heartbeats': (item, at, sender) => {
      const checked = checkHeartbeat(item, at);
      if (!checked.ok) return refuse(400, checked.fault);
      if (checked.report.node !== sender.node) return refuseNode(checked.report.node, at, sender);
      const object: HeartbeatObject = { ...checked.report, ownerUid: sender.ownerUid, podUid: sender.podUid };
      const outcome = isReplay(live.pipeline.roll.inventory, object) ? 'replayed' : 'accepted';
      live.emit({ kind: 'heartbeat', source: HEARTBEATS, uid: sender.podUid, object, ...now() });
      return { outcome };
    },
    '/api/v1/telemetry': (item, at, sender) => {
      const checked = checkEvidence(item, at);
      if (!checked.ok) return refuse(400, checked.fault);
      if (checked.evidence.node !== sender.node) return refuseNode(checked.evidence.node, at, sender);
      store.note(sender.ownerUid, checked.evidence, now().wallMs);
      return { outcome: 'accepted' };
    },
  };
}

function refuse(status: number, detail: string): ReportResult {
  return { outcome: 'refused', status, detail };
}

function refuseNode(node: string, at: number, sender: Sender): ReportResult {
  const own = JSON.stringify(sender.node);
  return refuse(
    403,
    `items[${at}].node: ${JSON.stringify(node)}: is not the node of the token's pod; send what is about ${own} only`,
  );
}
