/** Changes protobuf messages for tests in ways that leave their meaning: fields in any order, and fields that nobody knows. */
import type { Chance } from '../test-random.ts';

/** Which fields of a message are messages themselves, by number. */
export interface MessageShape {
  readonly [field: number]: MessageShape;
}

/** One field of up to 127 bytes, a text or a message. */
export function wireField(number: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([writeVarint(number * 8 + 2), writeVarint(bytes.length), bytes]);
}

/** The same message in another order, those of one number in their own order, with fields beside them that Kubernetes does not have. */
export function shuffleFields(message: Buffer, shape: MessageShape, chance: Chance): Buffer {
  const queues = Map.groupBy(splitFields(message), ({ number }) => number);
  const order = [...queues].flatMap(([number, fields]) => fields.map(() => number));
  const shuffled = order.map((number) => ({ number, at: chance.below(1000) })).sort((one, other) => one.at - other.at);
  const parts = shuffled.flatMap(({ number }) => {
    const field = queues.get(number)?.shift();
    if (field === undefined) return [];
    const inner = shape[number];
    const bytes = inner ? wireField(number, shuffleFields(field.payload, inner, chance)) : field.whole;
    return chance.once(5) ? [bytes, drawUnknown(chance)] : [bytes];
  });
  return Buffer.concat(parts);
}

function drawUnknown(chance: Chance): Buffer {
  const number = 1000 + chance.below(9);
  return chance.pick([
    wireField(number, 'unknown'),
    Buffer.concat([writeVarint(number * 8), writeVarint(300)]),
    Buffer.concat([writeVarint(number * 8 + 1), Buffer.alloc(8, 1)]),
    Buffer.concat([writeVarint(number * 8 + 5), Buffer.alloc(4, 1)]),
  ]);
}

interface Field {
  readonly number: number;
  readonly payload: Buffer;
  readonly whole: Buffer;
}

function splitFields(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    const length = readVarint(message, tag.end);
    const isBytes = (tag.value & 7) === 2;
    const end = isBytes ? length.end + length.value : length.end;
    fields.push({
      number: tag.value >>> 3,
      payload: isBytes ? message.subarray(length.end, end) : Buffer.alloc(0),
      whole: message.subarray(at, end),
    });
    at = end;
  }
  return fields;
}

function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = from;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end };
  }
}

function writeVarint(value: number): Buffer {
  return Buffer.from(value < 128 ? [value] : [(value & 0x7f) | 0x80, ...writeVarint(Math.floor(value / 128))]);
}
