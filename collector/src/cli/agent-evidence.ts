/** What agents tell of their nodes beside heartbeats: audit events and facts, for people who look at a node. Bounded, and lost with the process. */
import type { AgentEvidence, Check } from '@rollcall/contract';
import { rfc3339 } from './answers.ts';

/** Kept evidence. */
export interface EvidenceStore {
  /** `arrivedMs` is wall-clock time: nothing is newer, or what a clock that is ahead once said would never make room. */
  note(ownerUid: string, evidence: AgentEvidence, arrivedMs: number): void;
  /** What the daemon of that DaemonSet told of that node, as notes for its chain of checks: facts by name, then the newest events first. */
  notesOf(ownerUid: string, node: string): readonly Check[];
}

/** For each node and daemon; more push out the oldest. */
const MOST_FACTS = 16;
const MOST_EVENTS = 8;
/** Nodes of which anything is kept, some 5 kB each at most; the one not told of for longest goes first. */
const MOST_NODES = 10_000;

type Fact = Extract<AgentEvidence, { readonly kind: 'fact' }>;
type Audit = Extract<AgentEvidence, { readonly kind: 'audit' }>;

interface Kept {
  readonly facts: Map<string, Fact>;
  readonly events: Audit[];
}

/** A store of nothing yet. */
export function createEvidenceStore(): EvidenceStore {
  const nodes = new Map<string, Kept>();
  return {
    note: (ownerUid, evidence, arrivedMs) => {
      const key = `${ownerUid} ${evidence.node}`;
      const kept = nodes.get(key) ?? { facts: new Map(), events: [] };
      keep(kept, { ...evidence, at: Math.min(evidence.at, arrivedMs) });
      nodes.delete(key);
      nodes.set(key, kept);
      if (nodes.size > MOST_NODES) nodes.delete(nodes.keys().next().value ?? '');
    },
    notesOf: (ownerUid, node) => {
      const { facts, events } = nodes.get(`${ownerUid} ${node}`) ?? { facts: new Map<string, Fact>(), events: [] };
      const byName = [...facts.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
      return [
        ...byName.map(({ name, value }) => note(`fact ${name}`, value)),
        ...events.map(({ action, at, message }) => note(`audit ${action}`, `${rfc3339(at)} ${message}`.trimEnd())),
      ];
    },
  };
}

function note(check: string, seen: string): Check {
  return { check, outcome: 'note', seen };
}

function keep({ facts, events }: Kept, evidence: AgentEvidence): void {
  if (evidence.kind === 'audit') {
    const after = events.findIndex(({ at }) => at <= evidence.at);
    events.splice(after < 0 ? events.length : after, 0, evidence);
    events.length = Math.min(events.length, MOST_EVENTS);
    return;
  }
  const known = facts.get(evidence.name);
  if (known !== undefined && known.at > evidence.at) return;
  facts.delete(evidence.name);
  facts.set(evidence.name, evidence);
  if (facts.size > MOST_FACTS) facts.delete(facts.keys().next().value ?? '');
}
