/** Lines up rows as kubectl does: columns three spaces apart, the last one ragged. */

/** A table of rows of cells; the first row is the head. Ends with a newline. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const format = createRowFormat(rows);
  return rows.map(format).join('');
}

/** Lines up rows that come one by one, as `kubectl get -w` does: columns are as wide as the widest cell so far, these rows first. */
export function createRowFormat(first: readonly (readonly string[])[]): (row: readonly string[]) => string {
  const widths: number[] = [];
  const fit = (row: readonly string[]): void => {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  };
  for (const row of first) fit(row.map(removeControls));
  return (row) => {
    const plain = row.map(removeControls);
    fit(plain);
    return layOut(plain, widths);
  };
}

function layOut(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd((widths[at] ?? 0) + 3)));
  return `${cells.join('').trimEnd()}\n`;
}

/** A text of whatever origin as one line. Ends with a newline. */
export function formatLine(text: string): string {
  return `${removeControls(text).trimEnd()}\n`;
}

/** Messages come from containers and registries: a line break would end the row, an escape sequence could do worse to a terminal. */
function removeControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
