/** The JSON decoder: lists taken apart item by item, watches line by line. */
import type { Decoder, ListEnd, RawEvent } from './decoder.ts';
import { KubeError, readField } from '../kube-error.ts';
import { createLineCutter } from './line-cutter.ts';
import { ListScanner } from './list-scanner.ts';
import { createTrimmer } from './trim-lists.ts';
import { parseJson } from './value-reader.ts';

/** Reads what every API server and every custom resource speaks, whole. Stateless. */
export const jsonDecoder: Decoder = createJsonDecoder([]);

/** The same, but lists under the names of `unread` may come empty: name what is large and not looked at, in the server's order. */
export function createJsonDecoder(unread: readonly string[]): Decoder {
  const toText = createTrimmer(unread);
  return {
    accept: 'application/json',
    openList(contentType, onItem) {
      requireJson(contentType);
      const scanner = new ListScanner(onItem, toText);
      return { push: (chunk) => scanner.push(chunk), end: () => readListEnd(scanner.end().get('metadata')) };
    },
    openWatch(contentType, onEvent) {
      requireJson(contentType);
      // A last line without newline is an event cut short: whoever resumes gets it again.
      return { push: createLineCutter((line) => onEvent(readEvent(toText(line)))), end: () => undefined };
    },
  };
}

function requireJson(contentType: string): void {
  if (/^application\/json\b/i.test(contentType)) return;
  const found = contentType === '' ? 'no content type' : contentType;
  throw new KubeError('Malformed', `the answer is ${found}, not application/json: is the server an API server?`);
}

function readListEnd(metadata: unknown): ListEnd {
  const resourceVersion = readField(metadata, 'resourceVersion');
  if (typeof resourceVersion !== 'string') throw new KubeError('Malformed', 'a list without metadata.resourceVersion');
  const token = readField(metadata, 'continue');
  return { resourceVersion, continueToken: typeof token === 'string' && token !== '' ? token : undefined };
}

function readEvent(line: string): RawEvent {
  const event = parseJson(line);
  const type = readField(event, 'type');
  if (typeof type !== 'string') throw new KubeError('Malformed', 'a watch event without a type');
  return { type, object: readField(event, 'object') };
}
