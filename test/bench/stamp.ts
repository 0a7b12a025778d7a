/** Makes many alike byte strings cheaply: one template is copied and the few bytes that differ are written over it. */

/** The template with each mark replaced; a value must be as wide as its mark. The buffer is the caller's. */
export type Stamp = (values: Readonly<Record<string, string>>) => Buffer;

/** A place in a template, in bytes. */
export interface Mark {
  readonly name: string;
  readonly index: number;
  readonly width: number;
}

// A name, filled up to the width of its values: `%index`, `%version~~`.
const MARK = /%([a-z]+)~*/g;

/** A stamp of a template of bytes, read as Latin-1; values too are. It throws for a value that is missing or of another width. */
export function createStamp(template: string, marks: readonly Mark[] = findMarks(template)): Stamp {
  const bytes = Buffer.from(template, 'latin1');
  return (values) => {
    const copy = Buffer.from(bytes);
    for (const { name, index, width } of marks) {
      const value = values[name] ?? '';
      if (value.length !== width) throw new Error(`%${name} is ${width} wide and cannot hold ${JSON.stringify(value)}`);
      copy.write(value, index, 'latin1');
    }
    return copy;
  };
}

/** All that looks like `%name~~` in a text. In bytes that are no text a length may look so: search those for what is known to be in them. */
function findMarks(template: string): readonly Mark[] {
  return [...template.matchAll(MARK)].map(({ 0: mark, 1: name = '', index }) => ({ name, index, width: mark.length }));
}
