/** Writes single protobuf fields. */

const VARINT = 0;
const BYTES = 2;

/** An integer of either sign; negative ones take ten bytes, as Go writes int32 and int64. */
export function writeInteger(parts: Buffer[], field: number, value: number): void {
  parts.push(Buffer.from([...varint(BigInt((field << 3) | VARINT)), ...varint(BigInt.asUintN(64, BigInt(value)))]));
}

/** A text as UTF-8. */
export function writeText(parts: Buffer[], field: number, text: string): void {
  writeBytes(parts, field, Buffer.from(text));
}

/** Bytes, or a message. */
export function writeBytes(parts: Buffer[], field: number, bytes: Buffer): void {
  parts.push(Buffer.from([...varint(BigInt((field << 3) | BYTES)), ...varint(BigInt(bytes.length))]), bytes);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
