/** JSON as an API server writes it. */
import type { Encoding } from './encoding.ts';
import { createStamp, type Stamp } from './stamp.ts';

/** Each event is a line. */
export const JSON_ENCODING: Encoding = {
  contentType: 'application/json',
  watchContentType: 'application/json',
  between: Buffer.from(','),
  stampObject(object) {
    // As the API server sends them: an item of a list has neither kind nor apiVersion, an object of an event has both, first.
    const item = JSON.stringify({ ...object, kind: undefined, apiVersion: undefined });
    const event = (type: string): Stamp => createStamp(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
    return {
      item: createStamp(item),
      ADDED: event('ADDED'),
      MODIFIED: event('MODIFIED'),
      DELETED: event('DELETED'),
      itemBytes: Buffer.byteLength(item),
    };
  },
  writeTime: (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
  frameList: ({ kind, apiVersion }, metadata) => ({
    head: Buffer.from(
      `{"kind":"${kind}List","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`,
    ),
    tail: Buffer.from(']}\n'),
  }),
  bookmark: ({ kind, apiVersion }, metadata) =>
    Buffer.from(
      `${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata: { creationTimestamp: null, ...metadata } } })}\n`,
    ),
};
