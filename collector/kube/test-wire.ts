/** Writes protobuf for tests: just what Kubernetes sends, and nothing of it by the code under test. */

/** An integer as a varint, of as many bytes as it takes; negative ones take ten. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, BigInt(value)); ; left >>= 7n) {
    bytes.push(Number(left & 0x7fn) | (left > 0x7fn ? 0x80 : 0));
    if (left <= 0x7fn) return Buffer.from(bytes);
  }
}

/** A field that is an integer. */
export function integer(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field that is a text, bytes, or a message of these fields. */
export function bytes(field: number, ...content: readonly (string | Buffer)[]): Buffer {
  const payload = Buffer.concat(content.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(payload.length), payload]);
}

/** A field of four or eight bytes. */
export function fixed(field: number, size: 4 | 8): Buffer {
  return Buffer.concat([varint(field * 8 + (size === 4 ? 5 : 1)), Buffer.alloc(size, 0xab)]);
}

/** An object with its ObjectMeta and some more. */
export function object(uid: string, version: string | number, ...more: readonly Buffer[]): Buffer {
  const identity = [
    bytes(1, 'name'),
    bytes(2, ''),
    bytes(3, ''),
    bytes(4, ''),
    bytes(5, uid),
    bytes(6, String(version)),
  ];
  return Buffer.concat([bytes(1, ...identity, integer(7, 0)), ...more]);
}

/** What the API server puts around an object or a list. */
export function envelope(kind: string, content: Buffer): Buffer {
  const type = bytes(1, bytes(1, 'v1'), bytes(2, kind));
  return Buffer.concat([Buffer.from('k8s\0'), type, bytes(2, content), bytes(3, ''), bytes(4, '')]);
}

/** A list as the API server sends it. */
export function list(version: string | number, items: readonly Buffer[], token = ''): Buffer {
  const metadata = bytes(1, bytes(1, ''), bytes(2, String(version)), bytes(3, token));
  return envelope('ThingList', Buffer.concat([metadata, ...items.map((item) => bytes(2, item))]));
}

/** A frame of a watch, from its event. */
export function frame(event: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

/** A frame with an event of that type and object. */
export function event(type: string, content: Buffer, kind = 'Thing'): Buffer {
  return frame(Buffer.concat([bytes(1, type), bytes(2, bytes(1, envelope(kind, content)))]));
}

/** A bookmark's frame; `complete` ends a streaming list. */
export function bookmark(version: string | number, complete = false): Buffer {
  const end = bytes(12, bytes(1, 'k8s.io/initial-events-end'), bytes(2, 'true'));
  return event('BOOKMARK', bytes(1, bytes(6, String(version)), ...(complete ? [end] : [])));
}

/** A Status in its envelope, which asks for a pause of 7 s. */
export function status(code: number, message: string): Buffer {
  const details = bytes(5, bytes(4, bytes(1, ''), bytes(2, 'because')), integer(5, 7));
  const fields = [bytes(2, 'Failure'), bytes(3, message), bytes(4, 'Test'), details, integer(6, code)];
  return envelope('Status', Buffer.concat(fields));
}
