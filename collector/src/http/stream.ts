/** /api/v1/stream: tells clients what changes, as server-sent events; once a second, and nothing is done while nobody listens. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PolicySummary, Transition } from '@rollcall/contract';
import { sendProblem } from './respond.ts';
import { createAudience } from './stream-audience.ts';
import { createNewsroom } from './stream-news.ts';
import { parseStreamQuery, type StreamQuery, type StreamTopic } from './stream-query.ts';

/** The stream of one process. */
export interface Stream {
  /** One node moved. Cheap, and free while nobody listens. */
  note(topic: StreamTopic, transition: Transition): void;
  /** Answers a GET or HEAD. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Forgets what clients who were away could catch up with; they are told to begin anew. */
  shed(): void;
  /** Ends all streams in good order. */
  close(): void;
}

/** What the stream tells of, and the timers that drive it. */
export interface StreamHost {
  /** Every policy as it now is. */
  summaries(): readonly PolicySummary[];
  after(ms: number, run: () => void): () => void;
  /** A word that differs between the lives of a process. */
  readonly life: string;
  readonly log: { error(fields: object, message: string): void };
}

/** What changed is told so often, and of a policy's figures the last. */
const TURN_MS = 1_000;
/** So many turns it goes on without anybody, for those who come back. */
const TURNS_ALONE = 60;
/** Operators and pages; Prometheus does not listen. */
const MOST_CLIENTS = 100;

/** A stream without clients. */
export function createStream({ summaries, after, life, log }: StreamHost): Stream {
  const newsroom = createNewsroom();
  const audience = createAudience({ life, policies: newsroom.policies });
  let alone = 0;
  let cancel: (() => void) | undefined;
  const rest = (): void => {
    cancel?.();
    cancel = undefined;
    newsroom.restart([]);
    audience.cut();
  };
  const turn = (): void => {
    alone = audience.size() === 0 ? alone + 1 : 0;
    if (alone > TURNS_ALONE) return rest();
    cancel = after(TURN_MS, turn);
    audience.age();
    try {
      newsroom.collect(summaries()).forEach(audience.tell);
    } catch (error) {
      log.error({ err: error }, 'the stream could not tell what changed');
    }
  };
  return {
    note: (topic, transition) => {
      if (cancel !== undefined) newsroom.note(topic, transition);
    },
    answer: (request, response) => {
      const query = openAnswer(request, response, audience.size());
      if (query === undefined) return;
      if (cancel === undefined) newsroom.restart(summaries());
      cancel ??= after(TURN_MS, turn);
      audience.join(query, response);
    },
    shed: audience.cut,
    close: () => {
      rest();
      audience.end();
    },
  };
}

/** Begins the answer; undefined if it is complete with that. */
function openAnswer(request: IncomingMessage, response: ServerResponse, clients: number): StreamQuery | undefined {
  const parsed = parseStreamQuery(request);
  if ('fault' in parsed) {
    sendProblem(response, 400, parsed.fault);
    return undefined;
  }
  if (clients >= MOST_CLIENTS) {
    refuse(response);
    return undefined;
  }
  response.setHeader('Content-Type', 'text/event-stream');
  // nginx and what is built on it would hold messages back.
  response.setHeader('X-Accel-Buffering', 'no');
  if (request.method !== 'HEAD') return parsed.query;
  response.end();
  return undefined;
}

function refuse(response: ServerResponse): void {
  response.setHeader('Retry-After', 30);
  // A client that waits does so without holding a connection.
  response.setHeader('Connection', 'close');
  sendProblem(
    response,
    503,
    `${MOST_CLIENTS} clients listen already; close one of them, or try again in half a minute.`,
  );
}
