/** One watch connection: it reads the change log at its own pace and ends when it falls too far behind. */
import type { ServerResponse } from 'node:http';
import { expired, tooLargeResourceVersion, type ApiFailure } from '../objects/api-failure.ts';
import type { Change, ChangeLog } from '../objects/change-log.ts';
import type { StringMap } from '../objects/kube-object.ts';
import { isSelected } from '../objects/list-query.ts';
import type { Registry } from '../objects/registry.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-type.ts';
import type { StoredVersion } from '../objects/stored-version.ts';
import { encodeEvent, wireObject, type WireFormat } from '../objects/wire-object.ts';
import { PROTOBUF } from '../protobuf/frame.ts';
import type { FaultState, OpenWatch } from './faults.ts';
import type { WatchQuery } from './list-options.ts';

/** What a watch needs of its server. `backlogLimit` is the number of changes that a slow client may lag behind. */
export type WatchContext = {
  readonly registry: Registry;
  readonly faults: FaultState;
  readonly bookmarkIntervalMs: number;
  readonly backlogLimit: number;
  readonly after: (ms: number, run: () => void) => () => void;
};

const BATCH_BYTES = 64 * 1024;
// As in kube-apiserver: a bookmark comes shortly before the watch times out.
const LAST_BOOKMARK_MS = 2_000;

/** What is watched, and in which format it is told. */
export type Watched = {
  readonly type: ResourceType;
  readonly query: WatchQuery;
  readonly format: WireFormat;
};

type Stream = WatchContext &
  Watched & {
    readonly response: ServerResponse;
    readonly log: ChangeLog;
    /** The objects that come first, and the revision at which they were taken. */
    readonly initial: readonly StoredVersion[];
    readonly initialRevision: number;
    initialSent: number;
    owesInitialEnd: boolean;
    /** An event that is due a second time. */
    repeated: Buffer | undefined;
    /** The next change to look at. */
    position: number;
    /** True while the client has not taken what was written. */
    blocked: boolean;
  };

/** Answers a watch request: 200 and a stream of events, the first of which may be an ERROR. */
export function serveWatch(context: WatchContext, { type, query, format }: Watched, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': format === 'protobuf' ? `${PROTOBUF};stream=watch` : 'application/json' });
  response.flushHeaders();
  const refusal = refusalOf(context, type, query);
  if (refusal !== undefined) {
    response.end(encodeEvent(format, 'ERROR', wireObject(refusal.status)));
    return;
  }
  run(openStream(context, { type, query, format }, response));
}

function refusalOf({ registry }: WatchContext, type: ResourceType, query: WatchQuery): ApiFailure | undefined {
  const wanted = query.resourceVersion ?? 0;
  const floor = registry.collection(type).log.floor();
  if (query.initialEvents) {
    return wanted > registry.revision() ? tooLargeResourceVersion(wanted, registry.revision()) : undefined;
  }
  if (wanted === 0 || wanted >= floor) return undefined;
  return expired(`too old resource version: ${String(wanted)} (${String(floor)})`);
}

function openStream(context: WatchContext, { type, query, format }: Watched, response: ServerResponse): Stream {
  const { log, all } = context.registry.collection(type);
  const wanted = query.resourceVersion ?? 0;
  return {
    ...context,
    type,
    query,
    format,
    response,
    log,
    initial: query.initialEvents ? all().filter(({ object }) => isSelected(query, object)) : [],
    initialRevision: context.registry.revision(),
    initialSent: 0,
    owesInitialEnd: query.markInitialEnd,
    repeated: undefined,
    position: query.initialEvents || wanted === 0 ? log.end() : log.positionAfter(wanted),
    blocked: false,
  };
}

function run(stream: Stream): void {
  const { response, registry, type, faults } = stream;
  const watch: OpenWatch = { cut: (at) => cut(stream, at), resume: () => pump(stream) };
  faults.watches.add(watch);
  const endings = [
    registry.collection(type).onChange(() => onChange(stream)),
    registry.onUnserved((gone) => {
      if (gone.plural === type.plural && gone.group === type.group) response.end();
    }),
    ...startTimers(stream),
    () => void faults.watches.delete(watch),
  ];
  response.on('close', () => endings.forEach((end) => end()));
  response.on('drain', () => {
    stream.blocked = false;
    pump(stream);
  });
  pump(stream);
}

/** Starts the clocks of a watch and returns what stops them. */
function startTimers(stream: Stream): readonly (() => void)[] {
  const { after, response, bookmarkIntervalMs } = stream;
  const { bookmarks, timeoutMs } = stream.query;
  const endings: (() => void)[] = [];
  if (bookmarks) endings.push(repeat(after, bookmarkIntervalMs, () => sendBookmark(stream)));
  if (timeoutMs === undefined) return endings;
  endings.push(after(timeoutMs, () => response.end()));
  if (bookmarks && timeoutMs > LAST_BOOKMARK_MS) {
    endings.push(after(timeoutMs - LAST_BOOKMARK_MS, () => sendBookmark(stream)));
  }
  return endings;
}

function repeat(after: WatchContext['after'], ms: number, act: () => void): () => void {
  let cancel = after(ms, function again() {
    cancel = after(ms, again);
    act();
  });
  return () => cancel();
}

function onChange(stream: Stream): void {
  const backlog = stream.log.end() - stream.position;
  if (stream.blocked && backlog > stream.backlogLimit) stream.response.destroy();
  else pump(stream);
}

/** Sends what there is to send until the client is slow or all is sent. */
function pump(stream: Stream): void {
  while (!stream.blocked && !isSilenced(stream)) {
    const batch = nextBatch(stream);
    if (batch.length === 0) return;
    stream.blocked = !stream.response.write(batch.length === 1 ? batch[0] : Buffer.concat(batch));
  }
}

function isSilenced({ faults, response }: Stream): boolean {
  return faults.frozen || faults.muted || !response.writable || response.writableEnded;
}

function nextBatch(stream: Stream): readonly Buffer[] {
  const batch: Buffer[] = [];
  let bytes = 0;
  while (bytes < BATCH_BYTES) {
    const line = nextLine(stream);
    if (line === 'none') break;
    if (line === undefined) continue;
    batch.push(line);
    bytes += line.length;
  }
  return batch;
}

/** The next line, undefined when a change does not concern this watch, 'none' at the end. */
function nextLine(stream: Stream): Buffer | undefined | 'none' {
  const { repeated } = stream;
  stream.repeated = undefined;
  if (repeated !== undefined) return repeated;
  const first = stream.initial[stream.initialSent];
  if (first !== undefined) {
    stream.initialSent += 1;
    return encodeEvent(stream.format, 'ADDED', first);
  }
  if (stream.owesInitialEnd) {
    stream.owesInitialEnd = false;
    return bookmarkLine(stream, stream.initialRevision, { 'k8s.io/initial-events-end': 'true' });
  }
  if (stream.position >= stream.log.end()) return 'none';
  const change = stream.log.at(stream.position);
  if (change === undefined) {
    // The log dropped what this client has not seen yet: it must come back and be told 410.
    stream.response.destroy();
    return 'none';
  }
  stream.position += 1;
  const line = lineFor(change, stream);
  if (stream.faults.eventsRepeated) stream.repeated = line;
  return line;
}

/** An object that comes into the selection is ADDED, one that leaves it DELETED, whatever happened to it. */
function lineFor(change: Change, { query, format }: Watched): Buffer | undefined {
  const was = change.before !== undefined && isSelected(query, change.before.object);
  const is = change.after !== undefined && isSelected(query, change.after.object);
  if (is) return change.line(was ? 'MODIFIED' : 'ADDED', format);
  return was ? change.line('DELETED', format) : undefined;
}

function bookmarkLine({ type, format }: Watched, revision: number, annotations?: StringMap): Buffer {
  const metadata = { resourceVersion: String(revision), ...(annotations && { annotations }) };
  return encodeEvent(format, 'BOOKMARK', wireObject({ kind: type.kind, apiVersion: apiVersionOf(type), metadata }));
}

function sendBookmark(stream: Stream): void {
  const { faults, response, log, registry } = stream;
  const isBehind = stream.blocked || stream.initialSent < stream.initial.length || stream.position < log.end();
  if (faults.bookmarksPaused || isSilenced(stream) || isBehind) return;
  stream.blocked = !response.write(bookmarkLine(stream, registry.revision()));
}

function cut(stream: Stream, at: number | undefined): void {
  const { response, registry, type, format } = stream;
  const first = registry.collection(type).all()[0];
  const line = first === undefined ? bookmarkLine(stream, registry.revision()) : encodeEvent(format, 'MODIFIED', first);
  if (at === undefined || stream.blocked) response.destroy();
  else response.write(line.subarray(0, Math.floor(line.length * at)), () => response.destroy());
}
