/** Makes many alike byte strings cheaply: one template is copied and the few bytes that differ are written over it. */

/** The template with each mark replaced; a value must be as wide as its mark. The buffer is the caller's. */
export type Stamp = (values: Readonly<Record<string, string>>) => Buffer;

// A name, filled up to the width of its values: `%index`, `%version~~`.
const MARK = /%([a-z]+)~*/g;

/** Reads a template in ASCII whose marks look like `%name~~`. The stamp throws for a value that is missing or of another width. */
export function createStamp(template: string): Stamp {
  const bytes = Buffer.from(template, 'latin1');
  const marks = [...template.matchAll(MARK)].map(({ 0: mark, 1: name = '', index }) => ({
    name,
    index,
    width: mark.length,
  }));
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
