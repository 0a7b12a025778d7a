/** Writes single protobuf fields. */

const VARINT = 0;
const BYTES = 2;

/** An integer of either sign; negative ones take ten bytes, as Go writes int32 and int64. */
export function writeInteger(parts: Buffer[], field: number, value: number): void {
  parts.push(Buffer.from([...varint(field * 8 + VARINT), ...varint(value)]));
}

/** A text as UTF-8. */
export function writeText(parts: Buffer[], field: number, text: string): void {
  writeBytes(parts, field, Buffer.from(text));
}

/** Bytes, or a message. */
export function writeBytes(parts: Buffer[], field: number, bytes: Buffer): void {
  parts.push(Buffer.from([...varint(field * 8 + BYTES), ...varint(bytes.length)]), bytes);
}

function varint(value: number): readonly number[] {
  if (value < 0) return negativeVarint(value);
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
  return bytes;
}

function negativeVarint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}
