/** Lines up rows as kubectl does: columns three spaces apart, the last one ragged. */

/** A table of rows of cells; the first row is the head. Ends with a newline. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const plain = rows.map((row) => row.map(removeControls));
  const widths: number[] = [];
  for (const row of plain) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd((widths[at] ?? 0) + 3))).join('');
  return plain.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** Lines up rows that come one by one, as `kubectl get -w` does: columns are as wide as the widest cell so far. The first row is the head. */
export function createRowFormat(head: readonly string[]): (row: readonly string[]) => string {
  const widths = head.map((cell) => cell.length);
  return (row) => {
    const plain = row.map(removeControls);
    for (const [at, cell] of plain.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
    const line = plain.map((cell, at) => (at === plain.length - 1 ? cell : cell.padEnd((widths[at] ?? 0) + 3)));
    return `${line.join('').trimEnd()}\n`;
  };
}

/** A text of whatever origin as one line. Ends with a newline. */
export function formatLine(text: string): string {
  return `${removeControls(text).trimEnd()}\n`;
}

/** Messages come from containers and registries: a line break would end the row, an escape sequence could do worse to a terminal. */
function removeControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
