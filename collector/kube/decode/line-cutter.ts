/** Cuts a byte stream at its newlines; each byte is copied at most once, however many chunks a line spans. */
import { MAX_FRAME_BYTES } from './decoder.ts';
import { joinParts } from './join-parts.ts';
import { tooLarge } from './value-reader.ts';

const NEWLINE = 0x0a;

/** Answers a function to feed with chunks; `onLine` gets each line that is not empty, without its newline. */
export function createLineCutter(onLine: (line: Buffer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  function keep(part: Buffer): void {
    size += part.length;
    if (size > MAX_FRAME_BYTES) throw tooLarge();
    if (part.length > 0) parts.push(part);
  }
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      const line = joinParts(parts);
      parts = [];
      size = 0;
      from = end + 1;
      if (line.length > 0) onLine(line);
    }
    keep(chunk.subarray(from));
  };
}
