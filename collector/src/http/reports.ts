/** What agents report, on node:http: who sends is identified before anything of the body is read, and nothing waits without bound. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MOST_HEARTBEATS, type HeartbeatReply, type HeartbeatResult } from '@rollcall/contract';
import { challenge, tokenOf } from './authorise.ts';
import type { Limits } from './limits.ts';
import { createBodyReader } from './read-body.ts';
import { sendJson, sendProblem } from './respond.ts';
import { createTokenBucket } from './token-bucket.ts';

/** Why a report is not taken, for the metrics. */
export type ReportFault = 'unauthenticated' | 'forbidden' | 'unavailable' | 'overloaded' | 'malformed';

/** Whether a sender may report: `taken` is called once for each of its requests, with the items as they were parsed. */
export type Admission =
  | { readonly outcome: 'admitted'; readonly takeHeartbeats: (items: readonly unknown[]) => readonly HeartbeatResult[] }
  | { readonly outcome: 'unauthenticated' | 'forbidden'; readonly detail: string }
  | { readonly outcome: 'unavailable' };

/** Who takes reports. */
export interface Intake {
  /** Who a bearer is. Never rejects. */
  admit(token: string): Promise<Admission>;
  /** True while what was taken waits for so long that no more should come. */
  isBehind(): boolean;
  /** A request was refused as a whole. */
  refused(fault: ReportFault): void;
  /** Wall and monotonic milliseconds. */
  now(): { readonly wallMs: number; readonly monoMs: number };
}

/** Answers one request about reports; rejects only when the client goes away. */
export type AnswerReports = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

type Refuse = (status: 400 | 401 | 403 | 413 | 415 | 429 | 503, fault: ReportFault, detail: string) => void;

const NO_TOKEN =
  'Heartbeats need a token; send the header "Authorization: Bearer TOKEN" with one of the pod for the audience rollcall.';
/** Seconds; spread, so that those who were sent away do not come back together. */
const RETRY_AFTER_S = [1, 2, 3, 4, 5];

/** Answers reports within limits. */
export function createReports(intake: Intake, { reports }: Pick<Limits, 'reports'>): AnswerReports {
  const readBody = createBodyReader({ one: reports.bodyBytes, all: reports.allBytes });
  const takeToken = createTokenBucket(reports, () => intake.now().monoMs);
  let inside = 0;
  let sentAway = 0;
  const answer: AnswerReports = async (request, response) => {
    const refuse: Refuse = (status, fault, detail) => {
      intake.refused(fault);
      // What is left of the body ends with the connection.
      if (!request.complete) response.setHeader('Connection', 'close');
      if (status === 429 || status === 503)
        response.setHeader('Retry-After', RETRY_AFTER_S[(sentAway += 1) % RETRY_AFTER_S.length] ?? 1);
      if (status === 401) challenge(response, 'Bearer error="invalid_token"', detail);
      else sendProblem(response, status, detail);
    };
    if (intake.isBehind())
      return refuse(429, 'overloaded', 'What was reported still waits to be counted; try again later.');
    const token = tokenOf(request);
    if (token === undefined) return refuse(401, 'unauthenticated', NO_TOKEN);
    const admission = await intake.admit(token);
    if (admission.outcome === 'unavailable')
      return refuse(503, 'unavailable', 'The API server cannot say now whose token this is; try again.');
    if (admission.outcome !== 'admitted')
      return refuse(admission.outcome === 'forbidden' ? 403 : 401, admission.outcome, admission.detail);
    if (!takeToken()) return refuse(429, 'overloaded', 'More reports come than can be taken; try again later.');
    const body = await readBody(request, response);
    const receivedAt = Math.round(intake.now().wallMs);
    if ('fault' in body) return refuse(body.status, body.status === 429 ? 'overloaded' : 'malformed', body.fault);
    const items = parseItems(body.text);
    if (typeof items === 'string') return refuse(400, 'malformed', items);
    const results = admission.takeHeartbeats(items);
    const worst = results.every(({ outcome }) => outcome === 'refused') ? results[0] : undefined;
    if (worst?.detail !== undefined) return sendProblem(response, worst.status === 403 ? 403 : 400, worst.detail);
    const reply: HeartbeatReply = { receivedAt, repliedAt: Math.round(intake.now().wallMs), items: results };
    sendJson(response, reply);
  };
  return async (request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      if (!request.complete) response.setHeader('Connection', 'close');
      return sendProblem(response, 405, `${request.method} is not allowed here; use POST.`);
    }
    if (inside >= reports.atOnce) {
      intake.refused('overloaded');
      response.setHeader('Retry-After', RETRY_AFTER_S[(sentAway += 1) % RETRY_AFTER_S.length] ?? 1);
      response.setHeader('Connection', 'close');
      return sendProblem(response, 429, `${reports.atOnce} reports are being taken already; try again later.`);
    }
    inside += 1;
    response.once('close', () => (inside -= 1));
    await answer(request, response);
  };
}

/** The items of a body, or what is wrong with it. */
function parseItems(text: string): readonly unknown[] | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : '';
    return `The body is not JSON (${why}); send {"items":[...]}.`;
  }
  const items: unknown =
    typeof document === 'object' && document !== null && 'items' in document ? document.items : undefined;
  if (!Array.isArray(items)) return 'The body has no list of items; send {"items":[...]}.';
  if (items.length === 0 || items.length > MOST_HEARTBEATS)
    return `The body has ${items.length} items; send 1 to ${MOST_HEARTBEATS}.`;
  return items;
}
