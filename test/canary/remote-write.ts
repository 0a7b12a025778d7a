/** Reads what Prometheus writes to another: WriteRequest of prompb in snappy's block format. */
import { CANARY_METRIC } from '@rollcall/contract';
import type { Passenger } from './faulty-way.ts';

/** The canaries in a remote write. Throws for what is no such body. */
export function readRemoteWrite(body: Buffer): readonly Passenger[] {
  return fieldsOf(unpackSnappy(body)).flatMap(({ number, bytes }) => (number === 1 ? readSeries(bytes) : []));
}

function readSeries(series: Buffer): readonly Passenger[] {
  const fields = fieldsOf(series);
  const labels = new Map(
    fields
      .filter(({ number }) => number === 1)
      .map(({ bytes }) => {
        const [name, value] = fieldsOf(bytes).map((own) => own.bytes.toString());
        return [name, value] as const;
      }),
  );
  if (labels.get('__name__') !== CANARY_METRIC.name) return [];
  const node = labels.get('node') ?? '';
  const samples = fields.filter(({ number }) => number === 2).map(({ bytes }) => fieldsOf(bytes));
  const values = samples.flatMap((own) =>
    own.filter(({ number }) => number === 1).map(({ bytes }) => bytes.readDoubleLE()),
  );
  // A NaN marks the end of a series.
  return values.filter((value) => !Number.isNaN(value)).map((value) => ({ node, sentMs: Math.round(value * 1000) }));
}

interface Field {
  readonly number: number;
  readonly bytes: Buffer;
}

/** The fields of a message; a varint's bytes are left out. */
function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const [key, begin] = readVarint(message, at);
    const wire = key & 7;
    const [length, start] =
      wire === 2
        ? readVarint(message, begin)
        : wire === 1
          ? [8, begin]
          : wire === 5
            ? [4, begin]
            : [0, readVarint(message, begin)[1]];
    fields.push({ number: key >>> 3, bytes: message.subarray(start, start + length) });
    at = start + length;
  }
  return fields;
}

function readVarint(bytes: Buffer, from: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = from, factor = 1; ; at++, factor *= 128) {
    const byte = bytes[at];
    if (byte === undefined || at > from + 9) throw new Error('no varint');
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at + 1];
  }
}

/** A length, then literals and copies of what came before. */
function unpackSnappy(packed: Buffer): Buffer {
  const [length, begin] = readVarint(packed, 0);
  const out = Buffer.alloc(length);
  let written = 0;
  for (let at = begin; at < packed.length;) {
    const { start, size, offset } = readElement(packed, at);
    if (offset === undefined) packed.copy(out, written, start, start + size);
    // Byte by byte: a copy may overlap what it makes.
    else for (let to = written; to < written + size; to++) out[to] = out[to - offset] ?? 0;
    at = offset === undefined ? start + size : start;
    written += size;
  }
  if (written !== length) throw new Error(`${written} bytes unpacked of ${length}`);
  return out;
}

/** A literal of `size` bytes at `start`, or a copy from `offset` bytes back; `start` is where what follows its tag begins. */
interface Element {
  readonly start: number;
  readonly size: number;
  readonly offset: number | undefined;
}

function readElement(packed: Buffer, at: number): Element {
  const tag = packed.readUInt8(at);
  const upper = tag >> 2;
  switch (tag & 3) {
    case 0: {
      const extra = Math.max(0, upper - 59);
      const size = 1 + (extra === 0 ? upper : packed.readUIntLE(at + 1, extra));
      return { start: at + 1 + extra, size, offset: undefined };
    }
    case 1:
      return { start: at + 2, size: 4 + (upper & 7), offset: ((tag >> 5) << 8) | packed.readUInt8(at + 1) };
    case 2:
      return { start: at + 3, size: 1 + upper, offset: packed.readUIntLE(at + 1, 2) };
    default:
      return { start: at + 5, size: 1 + upper, offset: packed.readUIntLE(at + 1, 4) };
  }
}
