/** Grafana's transformations, as far as our boards use them; any other is refused, so that no picture is of other data. */
import type { Options, Transformation } from './dashboard.ts';
import { readRegExp } from './field-display.ts';
import type { Cell, Field, Frame } from './frame.ts';
import { mergeFrames } from './merge-frames.ts';

type Step = (frames: readonly Frame[], options: Options) => readonly Frame[];

const STEPS: Readonly<Record<string, Step>> = {
  merge: mergeFrames,
  organize: (frames, options) => frames.map((frame) => organize(frame, options)),
  filterFieldsByName: (frames, options) => frames.map((frame) => filterFields(frame, options)),
};

/** The frames after all steps that are switched on. Throws on a step that the preview does not know. */
export function transformFrames(frames: readonly Frame[], steps: readonly Transformation[]): readonly Frame[] {
  return steps
    .filter(({ disabled }) => disabled !== true)
    .reduce((current, { id, options }) => {
      const step = STEPS[id];
      if (step === undefined) throw new Error(`the transformation ${id} is not known to the preview`);
      return step(current, options ?? {});
    }, frames);
}

/** Row numbers in the order of a column: numbers by size, text by the alphabet, nothing last. */
export function orderRows(values: readonly Cell[], descending: boolean): readonly number[] {
  const sign = descending ? -1 : 1;
  return [...values.keys()].toSorted((left, right) => {
    const [a, b] = [values[left] ?? null, values[right] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)));
  });
}

function organize(frame: Frame, options: Options): Frame {
  const {
    excludeByName = {},
    indexByName = {},
    renameByName = {},
  } = options as {
    readonly excludeByName?: Readonly<Record<string, boolean>>;
    readonly indexByName?: Readonly<Record<string, number>>;
    readonly renameByName?: Readonly<Record<string, string>>;
  };
  const place = (field: Field): number => indexByName[calledIn(field)] ?? Number.MAX_SAFE_INTEGER;
  const kept = frame.fields.filter((field) => excludeByName[calledIn(field)] !== true);
  const ordered = kept.toSorted((left, right) => place(left) - place(right));
  return { ...frame, fields: ordered.map((field) => rename(field, renameByName[calledIn(field)])) };
}

/** The name that transformations know a field by. */
function calledIn({ name, displayName }: Field): string {
  return displayName ?? name;
}

function rename(field: Field, name: string | undefined): Field {
  if (name === undefined || name === '') return field;
  const { displayName: _, ...rest } = field;
  return { ...rest, name };
}

function filterFields(frame: Frame, options: Options): Frame {
  type Names = { readonly names?: readonly string[]; readonly pattern?: string };
  const { include, exclude } = options as { readonly include?: Names; readonly exclude?: Names };
  const named = (names: Names, field: Field): boolean =>
    names.names?.includes(calledIn(field)) === true ||
    (names.pattern !== undefined && readRegExp(names.pattern).test(calledIn(field)));
  const keeps = (field: Field): boolean =>
    (include === undefined || named(include, field)) && (exclude === undefined || !named(exclude, field));
  return { ...frame, fields: frame.fields.filter(keeps) };
}
