/** The ways in which a handler answers: text, JSON, or an RFC 9457 problem. */
import type { ServerResponse } from 'node:http';
import type { Problem } from '@rollcall/contract';

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

function send(response: ServerResponse, type: string, body: string): void {
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** Answers plain text with the status that is set. */
export function sendText(response: ServerResponse, body: string): void {
  send(response, 'text/plain; charset=utf-8', body);
}

/** Answers JSON with the status that is set. */
export function sendJson(response: ServerResponse, body: unknown): void {
  send(response, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** Answers a problem document; `detail` names the thing, the value and the mend. */
export function sendProblem(response: ServerResponse, status: keyof typeof TITLES, detail: string): void {
  const problem: Problem = { type: 'about:blank', title: TITLES[status], status, detail };
  response.statusCode = status;
  send(response, 'application/problem+json; charset=utf-8', JSON.stringify(problem));
}

/** Answers that a resource is only read. */
export function refuseMethod(response: ServerResponse, method: string | undefined): void {
  response.setHeader('Allow', 'GET, HEAD');
  sendProblem(response, 405, `${method} is not allowed here; use GET or HEAD.`);
}

/** Answers that there is nothing at a path. */
export function refusePath(response: ServerResponse, path: string | undefined): void {
  sendProblem(response, 404, `Nothing is at ${path}; GET / lists what there is.`);
}
