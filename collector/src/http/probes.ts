/** The probes of the kubelet: alive, and ready with the reason why not. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readiness, WatchReadiness } from './answers.ts';
import { prefersJson } from './negotiate.ts';
import { sendJson, sendText } from './respond.ts';

/** Answers that the event loop turns; nothing else, so that a slow API server never gets the collector killed. */
export function answerHealth(_request: IncomingMessage, response: ServerResponse): void {
  sendText(response, 'ok\n');
}

function watchText({ watch, state, why, heardSeconds }: WatchReadiness): string {
  const heard = heardSeconds === null ? 'never heard' : `heard ${heardSeconds} s ago`;
  return `${watch}: ${state}, ${heard}${why === '' ? '' : `, ${why}`}`;
}

function readinessText({ ready, watches, notes }: Readiness): string {
  const lines = watches.map(watchText);
  return [
    ready ? 'ready' : 'not ready',
    ...(watches.length === 0 ? ['no watch yet'] : lines),
    ...notes.map((note) => `note: ${note}`),
    '',
  ].join('\n');
}

/** Answers 200 or 503 with every watch and why it is not live, as text or JSON. */
export function answerReadiness(readiness: Readiness, request: IncomingMessage, response: ServerResponse): void {
  response.statusCode = readiness.ready ? 200 : 503;
  response.setHeader('Vary', 'Accept');
  if (prefersJson(request.headers.accept)) sendJson(response, readiness);
  else sendText(response, readinessText(readiness));
}
