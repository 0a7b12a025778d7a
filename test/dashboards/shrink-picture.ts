/** Makes a screenshot small enough for a repository: a PNG with a palette of 256 colours, packed as tightly as zlib does it. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;
/** The square of the distance at which two colours are as good as one. */
const ALIKE = 100;
/** Colour types of PNG that Chromium writes, and their bytes a pixel. */
const BYTES: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, row by row. */
  readonly colours: Uint32Array;
}

/** The same picture, its rarer colours replaced by the nearest of the 256 commonest. Throws on PNGs that Chromium does not write. */
export function shrinkPicture(png: Buffer): Buffer {
  const { width, height, colours } = readPixels(png);
  const palette = pickPalette(colours);
  const places = new Map(palette.map((colour, at) => [colour, at]));
  const rows = Buffer.alloc((width + 1) * height);
  for (const [at, colour] of colours.entries()) {
    const place = places.get(colour) ?? nearest(palette, colour);
    places.set(colour, place);
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = place;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a pixel, by palette.
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from(palette.flatMap(split));
  const data = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The commonest that differ from those before; so a colour that is rare keeps its place against the many shades of text. */
function pickPalette(colours: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette: number[] = [];
  const rest: number[] = [];
  for (const [colour] of [...counts].toSorted(([, left], [, right]) => right - left)) {
    const differs = palette.every((known) => distance(known, colour) > ALIKE);
    (differs && palette.length < COLOURS ? palette : rest).push(colour);
  }
  return [...palette, ...rest].slice(0, COLOURS);
}

function distance(left: number, right: number): number {
  const [from, to] = [split(left), split(right)];
  return (from[0] - to[0]) ** 2 + (from[1] - to[1]) ** 2 + (from[2] - to[2]) ** 2;
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Infinity];
  for (const [at, known] of palette.entries()) {
    const away = distance(known, colour);
    if (away < least) [best, least] = [at, away];
  }
  return best;
}

function split(colour: number): readonly [number, number, number] {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

function readPixels(png: Buffer): Pixels {
  const [width, height, depth, type] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25] ?? -1];
  const bytes = BYTES[type];
  if (!png.subarray(0, 8).equals(SIGNATURE) || depth !== 8 || bytes === undefined || png[28] !== 0)
    throw new Error('it is no PNG of eight bits a colour, from top to bottom');
  const packed: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      packed.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const raw = unfilter(inflateSync(Buffer.concat(packed)), width * bytes, bytes);
  const colours = Uint32Array.from({ length: width * height }, (_, at) => raw.readUIntBE(at * bytes, 3));
  return { width, height, colours };
}

/** PNG says of most bytes how they differ from those at the left, above, or both; what is outside of the picture is 0. */
function unfilter(rows: Buffer, stride: number, bytes: number): Buffer {
  const height = rows.length / (stride + 1);
  const raw = Buffer.alloc(stride * height);
  const look = (row: number, column: number): number => (row < 0 || column < 0 ? 0 : (raw[row * stride + column] ?? 0));
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1);
    const predict = PREDICT[rows[start] ?? 0] ?? (() => 0);
    for (let column = 0; column < stride; column += 1) {
      const [left, corner] = [look(row, column - bytes), look(row - 1, column - bytes)];
      raw[row * stride + column] = (rows[start + 1 + column] ?? 0) + predict(left, look(row - 1, column), corner);
    }
  }
  return raw;
}

const PREDICT: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  (left, above, corner) => {
    const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
    const toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
  },
];
