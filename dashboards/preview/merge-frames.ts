/** Grafana's `merge`: one table of many, in which rows meet that agree in all that every table has. */
import type { Cell, Field, Frame } from './frame.ts';

type Row = Map<string, Cell>;

/** One frame of all; a row takes in another one of the same keys while it has none of its columns yet. */
export function mergeFrames(frames: readonly Frame[]): readonly Frame[] {
  const filled = frames.filter(({ fields }) => fields.length > 0);
  const [first, ...others] = filled;
  if (first === undefined || others.length === 0) return filled;
  const names = filled.map(({ fields }) => new Set(fields.map(({ name }) => name)));
  const keys = [...(names[0] ?? [])].filter((name) => names.every((own) => own.has(name)));
  const columns = new Map<string, Field>();
  const rows = new Map<string, Row[]>();
  for (const frame of filled) {
    for (const field of frame.fields) if (!columns.has(field.name)) columns.set(field.name, field);
    for (const row of readRows(frame)) takeIn(rows, row, keys);
  }
  const all = [...rows.values()].flat();
  const fields = [...columns.values()].map(({ name, type }) => ({
    name,
    type,
    values: all.map((row) => row.get(name) ?? null),
  }));
  return [{ refId: first.refId, fields }];
}

function readRows({ fields }: Frame): readonly Row[] {
  const length = fields[0]?.values.length ?? 0;
  return Array.from({ length }, (_, at) => new Map(fields.map(({ name, values }) => [name, values[at] ?? null])));
}

function takeIn(rows: Map<string, Row[]>, row: Row, keys: readonly string[]): void {
  const key = JSON.stringify(keys.map((name) => row.get(name)));
  const alike = rows.get(key) ?? [];
  const open = alike.find((known) => [...row].every(([name, value]) => !known.has(name) || known.get(name) === value));
  if (open === undefined) alike.push(row);
  else for (const [name, value] of row) open.set(name, value);
  rows.set(key, alike);
}
