/** What agents report, on node:http: who sends is identified before anything of the body is read, and nothing waits without bound. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MOST_REPORTS, valueAt, type ReportReply, type ReportResult } from '@rollcall/contract';
import { challenge, tokenOf } from './authorise.ts';
import type { Limits } from './limits.ts';
import { createBodyReader } from './read-body.ts';
import { sendJson, sendProblem } from './respond.ts';
import type { ReportPath } from './routes.ts';
import { createTokenBucket } from './token-bucket.ts';

/** Why a report is not taken, for the metrics. */
export type ReportFault = 'unauthenticated' | 'forbidden' | 'unavailable' | 'overloaded' | 'malformed';

/** Whether a sender may report: `take` is called once for each of its requests, with the items as they were parsed. */
export type Admission =
  | {
      readonly outcome: 'admitted';
      readonly take: (path: ReportPath, items: readonly unknown[]) => readonly ReportResult[];
    }
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

/** Answers one request at that path; rejects only when the client goes away. */
export type AnswerReports = (path: ReportPath, request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Refusal {
  readonly status: 400 | 401 | 403 | 413 | 415 | 429 | 503;
  readonly fault: ReportFault;
  readonly detail: string;
}

const NO_TOKEN: Refusal = {
  status: 401,
  fault: 'unauthenticated',
  detail:
    'Heartbeats need a token; send the header "Authorization: Bearer TOKEN" with one of the pod for the audience rollcall.',
};
const NO_WORD: Refusal = {
  status: 503,
  fault: 'unavailable',
  detail: 'The API server cannot say now whose token this is; try again.',
};

function overload(detail: string): Refusal {
  return { status: 429, fault: 'overloaded', detail };
}

/** Who takes reports, and who is told of each request of an agent that has proven who it is. */
export interface ReportHost {
  readonly intake: Intake;
  readonly vouch: (request: IncomingMessage) => void;
}

/** Answers reports within limits. */
export function createReports(host: ReportHost, { reports: limits }: Pick<Limits, 'reports'>): AnswerReports {
  const { intake } = host;
  const read = createReader(host, limits);
  const refuse = createRefuse(intake);
  let inside = 0;
  return async (path, request, response) => {
    if (request.method !== 'POST') return refuseMethod(request, response);
    if (inside >= limits.atOnce)
      return refuse(request, response, overload(`${limits.atOnce} reports are being taken already; try again later.`));
    inside += 1;
    response.once('close', () => (inside -= 1));
    const reply = await read(path, request, response);
    if ('status' in reply) refuse(request, response, reply);
    else sendJson(response, reply);
  };
}

function refuseMethod(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Allow', 'POST');
  if (!request.complete) response.setHeader('Connection', 'close');
  sendProblem(response, 405, `${request.method} is not allowed here; use POST.`);
}

/** Seconds, one after the other, so that those who were sent away do not come back together. */
const RETRY_AFTER_S = [1, 2, 3, 4, 5];

function createRefuse({ refused }: Intake) {
  let sentAway = 0;
  return (request: IncomingMessage, response: ServerResponse, { status, fault, detail }: Refusal): void => {
    refused(fault);
    // What is left of the body ends with the connection.
    if (!request.complete) response.setHeader('Connection', 'close');
    if (status === 429 || status === 503) {
      sentAway += 1;
      response.setHeader('Retry-After', RETRY_AFTER_S[sentAway % RETRY_AFTER_S.length] ?? 1);
    }
    if (status === 401) challenge(response, 'Bearer error="invalid_token"', detail);
    else sendProblem(response, status, detail);
  };
}

type Read = (...of: Parameters<AnswerReports>) => Promise<ReportReply | Refusal>;

function createReader({ intake, vouch }: ReportHost, limits: Limits['reports']): Read {
  const readBody = createBodyReader({ one: limits.bodyBytes, all: limits.allBytes });
  const takeToken = createTokenBucket(limits, () => intake.now().monoMs);
  const readItems = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<readonly unknown[] | Refusal> => {
    const body = await readBody(request, response);
    if ('status' in body) {
      const fault = body.status === 429 ? 'overloaded' : 'malformed';
      return { status: body.status, fault, detail: body.fault };
    }
    const items = parseItems(body.text);
    return typeof items === 'string' ? { status: 400, fault: 'malformed', detail: items } : items;
  };
  return async (path, request, response) => {
    if (intake.isBehind()) return overload('What was reported still waits to be counted; try again later.');
    const admission = await admit(intake, request);
    if ('status' in admission) return admission;
    vouch(request);
    if (!takeToken()) return overload('More reports come than can be taken; try again later.');
    const items = await readItems(request, response);
    if ('status' in items) return items;
    const receivedAt = intake.now().wallMs;
    return replyTo(admission.take(path, items), { receivedAt, repliedAt: intake.now().wallMs });
  };
}

async function admit(
  intake: Intake,
  request: IncomingMessage,
): Promise<Extract<Admission, { readonly outcome: 'admitted' }> | Refusal> {
  const token = tokenOf(request);
  if (token === undefined) return NO_TOKEN;
  const admission = await intake.admit(token);
  switch (admission.outcome) {
    case 'admitted':
      return admission;
    case 'unavailable':
      return NO_WORD;
    case 'forbidden':
    case 'unauthenticated': {
      const { outcome: fault, detail } = admission;
      return { status: fault === 'forbidden' ? 403 : 401, fault, detail };
    }
  }
}

/** Where nothing of a request is taken, its answer is that to its first item. */
function replyTo(items: readonly ReportResult[], times: Omit<ReportReply, 'items'>): ReportReply | Refusal {
  const [first] = items;
  if (first?.detail === undefined || items.some(({ outcome }) => outcome !== 'refused')) return { ...times, items };
  const status = first.status === 403 ? 403 : 400;
  return { status, fault: status === 403 ? 'forbidden' : 'malformed', detail: first.detail };
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
  const items = valueAt(document, ['items']);
  if (!Array.isArray(items)) return 'The body has no list of items; send {"items":[...]}.';
  const isFew = items.length > 0 && items.length <= MOST_REPORTS;
  return isFew ? items : `The body has ${items.length} items; send 1 to ${MOST_REPORTS}.`;
}
