/** The JSON decoder: lists taken apart item by item, watches line by line. */
import type { Decoder, ListEnd, RawEvent, RawObject } from './decoder.ts';
import { KubeError, readField } from '../kube-error.ts';
import { createLineCutter } from './line-cutter.ts';
import { ListScanner } from './list-scanner.ts';
import type { Projection } from './projection.ts';
import { createTrimmer } from './trim-lists.ts';
import { parseJson } from './value-reader.ts';
import { INITIAL_EVENTS_END, unknownEvent } from './watch-words.ts';

/** Reads what every API server and every custom resource speaks. Stateless. */
export function createJsonDecoder<T>({ fromJson, unread = [], unversioned }: Projection<T>): Decoder<T> {
  const toText = createTrimmer(unread);
  const toObject = (raw: unknown): RawObject<T> => {
    const metadata = readField(raw, 'metadata');
    return { ...readIdentity(metadata), project: () => fromJson(raw) };
  };
  return {
    accept: 'application/json',
    openList(contentType, onItem) {
      requireJson(contentType);
      const scanner = new ListScanner((item) => onItem(toObject(item)), toText);
      return {
        push: (chunk) => scanner.push(chunk),
        end: () => readListEnd(scanner.end().get('metadata'), unversioned),
      };
    },
    openWatch(contentType, onEvent) {
      requireJson(contentType);
      const cut = createLineCutter((line) => onEvent(readEvent(parseJson(toText(line)), toObject)));
      // A last line without newline is an event cut short: whoever resumes gets it again.
      return { push: cut, end: () => undefined };
    },
  };
}

function requireJson(contentType: string): void {
  if (/^application\/json\b/i.test(contentType)) return;
  const found = contentType === '' ? 'no content type' : contentType;
  throw new KubeError('Malformed', `the answer is ${found}, not application/json: is the server an API server?`);
}

function readIdentity(metadata: unknown): { readonly uid: string; readonly version: string } {
  const uid = readField(metadata, 'uid');
  const version = readField(metadata, 'resourceVersion');
  return { uid: typeof uid === 'string' ? uid : '', version: typeof version === 'string' ? version : '' };
}

function readListEnd(metadata: unknown, unversioned = false): ListEnd {
  const resourceVersion = readField(metadata, 'resourceVersion') ?? (unversioned ? '' : undefined);
  if (typeof resourceVersion !== 'string') throw new KubeError('Malformed', 'a list without metadata.resourceVersion');
  const token = readField(metadata, 'continue');
  return { resourceVersion, continueToken: typeof token === 'string' && token !== '' ? token : undefined };
}

function readEvent<T>(event: unknown, toObject: (raw: unknown) => RawObject<T>): RawEvent<T> {
  const type = readField(event, 'type');
  const object = readField(event, 'object');
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: toObject(object) };
    case 'BOOKMARK':
      return readBookmark(readField(object, 'metadata'));
    case 'ERROR':
      return { type, status: object };
    default:
      throw unknownEvent(type);
  }
}

function readBookmark<T>(metadata: unknown): RawEvent<T> {
  const { version } = readIdentity(metadata);
  if (version === '') throw new KubeError('Malformed', 'a bookmark without resourceVersion');
  const complete = readField(readField(metadata, 'annotations'), INITIAL_EVENTS_END) === 'true';
  return { type: 'BOOKMARK', version, complete };
}
