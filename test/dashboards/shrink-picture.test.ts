/** A shrunken picture is the same picture. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { shrinkPicture } from './shrink-picture.ts';

function chunk(type: string, data: Buffer): Buffer {
  const [body, length, sum] = [Buffer.concat([Buffer.from(type), data]), Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Of rows as PNG stores them: each begins with its filter. */
function png(width: number, rows: readonly (readonly number[])[], type = 2): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(rows.length, 4);
  head.set([8, type, 0, 0, 0], 8);
  const parts = [
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function readShrunken(picture: Buffer): { readonly width: number; readonly colours: readonly string[] } {
  const find = (type: string): Buffer => {
    const at = picture.indexOf(type, 0, 'latin1');
    return picture.subarray(at + 4, at + 4 + picture.readUInt32BE(at - 4));
  };
  const [width, palette, rows] = [picture.readUInt32BE(16), find('PLTE'), inflateSync(find('IDAT'))];
  const places = [...rows].filter((_, at) => at % (width + 1) !== 0);
  return { width, colours: places.map((place) => palette.toString('hex', place * 3, place * 3 + 3)) };
}

const FIRST = [0, 10, 20, 30, 40, 50, 60];

test.each([
  ['none', [0, 1, 2, 3, 4, 5, 6], ['010203', '040506']],
  ['left', [1, 1, 2, 3, 1, 1, 1], ['010203', '020304']],
  ['above', [2, 1, 1, 1, 1, 1, 1], ['0b151f', '29333d']],
  ['their mean', [3, 1, 1, 1, 0, 0, 0], ['060b10', '171e26']],
  ['the nearest of three', [4, 1, 1, 1, 0, 0, 0], ['0b151f', '28323c']],
])('a row that is told by %s', (_, row, expected) => {
  const { width, colours } = readShrunken(shrinkPicture(png(2, [FIRST, row])));
  expect(width).toBe(2);
  expect(colours).toEqual(['0a141e', '28323c', ...expected]);
});

test('opacity is left out', () => {
  const { colours } = readShrunken(shrinkPicture(png(1, [[0, 1, 2, 3, 255]], 6)));
  expect(colours).toEqual(['010203']);
});

test('of colours too many those that are unlike all others stay, and the others become their nearest', () => {
  const greys = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey, grey, grey, grey]).flat();
  const { colours } = readShrunken(shrinkPicture(png(514, [[0, ...greys, 250, 0, 0, 7, 7, 8]])));
  expect(colours.slice(-2)).toEqual(['fa0000', '070707']);
});

test('what is no such picture is refused', () => {
  expect(() => shrinkPicture(png(1, [[0, 1]], 0))).toThrow('it is no PNG of eight bits a colour');
});
