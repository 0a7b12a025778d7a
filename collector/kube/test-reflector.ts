/** A reflector on a scripted server, with a sink that writes down what it is told. */
import type { Spans } from '@rollcall/contract';
import type { Projection } from './decode/projection.ts';
import type { Connection } from './connection/connection.ts';
import { startReflector, type Reflector, type ReflectorOptions } from './reflector/reflector.ts';
import type { WatchState } from './reflector/watch-state.ts';
import {
  answerJson,
  answerStatus,
  connectTo,
  openWatch,
  startServer,
  type Exchange,
  type ScriptedServer,
} from './test-server.ts';
import { createFakeTime, until, type FakeTime } from './test-time.ts';

/** One answer; requests get them in order, and none when they run out. */
export type Answer = (exchange: Exchange) => void;

/** What a test works with. */
export interface Stage {
  readonly server: ScriptedServer;
  readonly connection: Connection;
  readonly time: FakeTime;
  /** `+uid@version`, `-uid` and the names of states, in the order of the calls. */
  readonly calls: string[];
  readonly states: WatchState[];
  readonly logged: string[];
  /** What the sink holds: uid to the object's note. */
  readonly held: Map<string, unknown>;
  /** Appends answers to the script. */
  answer(...answers: Answer[]): void;
  start(options?: Partial<ReflectorOptions<unknown>>): Reflector;
  /** Waits until so many requests have come, and their connections' news. */
  requests(count: number): Promise<Exchange>;
  stop(): Promise<void>;
}

/** A server that gives `answers`, and nothing started yet. */
export function setStage(...answers: Answer[]): Promise<Stage> {
  return setTracedStage(undefined, ...answers);
}

/** The same with spans. */
export async function setTracedStage(spans: Spans | undefined, ...answers: Answer[]): Promise<Stage> {
  const script = [...answers];
  const server = await startServer((exchange) => script[exchange.index]?.(exchange));
  const time = createFakeTime();
  const connection = await connectTo(server, time, spans);
  const { sink, log, ...record } = createRecord();
  const projection: Projection<unknown> = { fromJson: (raw) => (raw as { note?: unknown }).note };
  const resource = { path: '/api/v1/things' };
  const usual = { connection, resource, projection, sink, clock: time, timers: time, log };
  const reflectors: Reflector[] = [];
  return {
    server,
    connection,
    time,
    ...record,
    answer: (...more) => void script.push(...more),
    start(options) {
      const reflector = startReflector({ ...usual, ...options });
      reflectors.push(reflector);
      return reflector;
    },
    async requests(count) {
      await until(() => server.exchanges.length >= count, `${count} requests`);
      return server.exchanges[count - 1] as Exchange;
    },
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
      connection.close();
      await server.stop();
    },
  };
}

function createRecord() {
  const calls: string[] = [];
  const states: WatchState[] = [];
  const held = new Map<string, unknown>();
  const logged: string[] = [];
  const write = (_: object, text: string): void => void logged.push(text);
  const sink: ReflectorOptions<unknown>['sink'] = {
    upsert: ({ uid, resourceVersion, value }) => {
      calls.push(`+${uid}@${resourceVersion}`);
      held.set(uid, value);
    },
    remove: (uid) => {
      calls.push(`-${uid}`);
      held.delete(uid);
    },
    state: (state) => {
      calls.push(state.name);
      states.push(state);
    },
  };
  return { calls, states, logged, held, sink, log: { info: write, warn: write } };
}

/** An object. */
export function thing(uid: string, version: string | number, note?: unknown): object {
  return { metadata: { name: uid, uid, resourceVersion: String(version) }, ...(note !== undefined && { note }) };
}

/** A bookmark's object; `complete` ends a streaming list. */
export function mark(version: string | number, complete = false): object {
  const annotations = complete ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return { metadata: { resourceVersion: String(version), ...annotations } };
}

/** Answers a streaming list that is complete at `version` and stays open. */
export function stream(version: string | number, ...objects: readonly object[]): Answer {
  return (exchange) => {
    const emit = openWatch(exchange);
    for (const object of objects) emit('ADDED', object);
    emit('BOOKMARK', mark(version, true));
  };
}

/** Answers a watch that is open; events are sent by `emit`. */
export const watch: Answer = (exchange) => void openWatch(exchange);

/** Sends an event on an open watch. */
export function emit({ response }: Exchange, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

/** Answers one page. */
export function page(version: string | number, items: unknown, token?: string): Answer {
  return (exchange) =>
    answerJson(exchange, 200, { metadata: { resourceVersion: String(version), continue: token }, items });
}

/** Refuses a request with a Status. */
export function refuse(code: number, message = 'refused', headers: Readonly<Record<string, string>> = {}): Answer {
  return (exchange) => {
    for (const [name, value] of Object.entries(headers)) exchange.response.setHeader(name, value);
    answerStatus(exchange, code, message);
  };
}

/** The parameters of a request. */
export function query({ url }: Exchange): Record<string, string> {
  return Object.fromEntries(url.searchParams);
}

/** Waits for the first complete list. */
export function isLive({ calls }: Stage): Promise<void> {
  return until(() => calls.includes('live'), 'live');
}

/** Lets the pause before the next attempt pass, which is at most `ms`, and waits for the attempt. */
export async function passPause({ time, server }: Stage, ms = 400): Promise<void> {
  const before = server.exchanges.length;
  await until(() => time.pending().some((wait) => wait <= ms), 'a pause');
  time.advance(ms);
  await until(() => server.exchanges.length > before, 'the next attempt');
}
