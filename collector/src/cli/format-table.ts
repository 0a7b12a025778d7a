/** Lines up rows as kubectl does: columns three spaces apart, the last one ragged. */

/** A table of rows of cells; the first row is the head. Ends with a newline. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd((widths[at] ?? 0) + 3))).join('');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
