/** UUIDs as four words of 32 bits instead of 36 characters. */

/** How many words a UUID has. */
export const UUID_WORDS = 4;

const DASH = 0x2d;
// The value of each ASCII character as a digit, -1 for what is none.
const DIGITS = Int8Array.from({ length: 128 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)));

/** Writes the words of a UUID as Kubernetes writes them, in lower case. Answers false for any other text; then `words` are of no use. */
export function parseUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== 36 || !hasDashes(text)) return false;
  let digits = 0;
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(at);
    if (code === DASH) continue;
    const digit = DIGITS[code] ?? -1;
    if (digit < 0) return false;
    const word = digits++ >> 3;
    words[word] = ((words[word] ?? 0) << 4) | digit;
  }
  // Dashes stand nowhere else.
  return digits === 32;
}

function hasDashes(text: string): boolean {
  return text[8] === '-' && text[13] === '-' && text[18] === '-' && text[23] === '-';
}

/** The text of the UUID whose words begin at `from`. */
export function formatUuid(words: Uint32Array, from: number): string {
  let hex = '';
  for (let at = from; at < from + UUID_WORDS; at++) hex += (words[at] ?? 0).toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
