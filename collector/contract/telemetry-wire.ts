/** What agents send to `POST /api/v1/telemetry`: audit events and facts about their node, as evidence for people. Nothing is counted by it. */
import { z } from 'zod';
import { describeIssue, fieldsOf, nameOf, time } from './heartbeat-wire.ts';
import { wrong } from './report-wire.ts';

/** Something that happened on a node, as its agent saw it: who did what. */
export interface AuditEvent {
  readonly kind: 'audit';
  readonly node: string;
  readonly at: number;
  readonly action: string;
  readonly message: string;
}

/** Something that is so on a node: a kernel, a mount, a version. The newest of a name counts. */
export interface NodeFact {
  readonly kind: 'fact';
  readonly node: string;
  readonly at: number;
  readonly name: string;
  readonly value: string;
}

/** One item of telemetry. */
export type AgentEvidence = AuditEvent | NodeFact;

/** Beyond it a text is cut. */
const LONGEST = 300;

const text = z
  .string(wrong('is not a text', 'write it as it was said'))
  .transform((own) => own.slice(0, LONGEST).toWellFormed());

const common = { node: nameOf(253), at: time };
const audit = fieldsOf({ ...common, kind: z.literal('audit'), action: nameOf(63), message: text.default('') });
const fact = fieldsOf({ ...common, kind: z.literal('fact'), name: nameOf(63), value: text });
const evidence = z.discriminatedUnion('kind', [audit, fact], wrong('is no evidence', 'write kind: audit or fact'));

/** An item, or what is wrong with it: `field: value: what is wrong; what mends it`. */
export type CheckedEvidence =
  { readonly ok: true; readonly evidence: AgentEvidence } | { readonly ok: false; readonly fault: string };

/** Reads any value as one item of telemetry; never throws. `at` is its place in the request, for the fault. */
export function checkEvidence(value: unknown, at: number): CheckedEvidence {
  const parsed = evidence.safeParse(value);
  if (parsed.success) return { ok: true, evidence: parsed.data };
  return { ok: false, fault: describeIssue(parsed.error, value, at) };
}
