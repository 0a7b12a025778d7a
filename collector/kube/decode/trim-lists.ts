/** Leaves lists out of a JSON document before it is parsed: what no projection reads need not become objects. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
// Brackets differ from braces in this bit only.
const BRACE_BIT = 0x20;

/** Gives the text of a document that is to be parsed. */
export type ToText = (bytes: Buffer) => string;

/**
 * Answers a function that gives a document's text with the lists under these names emptied, wherever they stand, if they come in the order
 * of the names; one out of order stays. A document stays JSON, and one that is none stays none, unless the fault is inside of such a list.
 * A text cannot be taken for a name: a quote in it is escaped, and one that ends it is followed by no name.
 */
export function createTrimmer(names: readonly string[]): ToText {
  const marks = names.map((name) => Buffer.from(`"${name}":[`));
  return (bytes) => {
    let text = '';
    let from = 0;
    for (const mark of marks) {
      const at = bytes.indexOf(mark, from);
      const open = at + mark.length - 1;
      const end = at < 0 ? -1 : findEnd(bytes, open);
      if (end < 0) continue;
      text += `${bytes.toString('utf8', from, open)}[]`;
      from = end;
    }
    return text + bytes.toString('utf8', from);
  };
}

// The index behind the list that opens at `at`, -1 if it has no end.
function findEnd(bytes: Buffer, at: number): number {
  let depth = 0;
  while (at < bytes.length) {
    const byte = bytes[at++] ?? 0;
    if (byte === QUOTE) at = skipText(bytes, at);
    else if ((byte | BRACE_BIT) === OPEN) depth++;
    else if ((byte | BRACE_BIT) === CLOSE && --depth === 0) return at;
  }
  return -1;
}

// The index behind the text whose first byte is at `at`.
function skipText(bytes: Buffer, at: number): number {
  for (let byte = bytes[at++]; byte !== QUOTE && byte !== undefined; byte = bytes[at++]) if (byte === BACKSLASH) at++;
  return at;
}
