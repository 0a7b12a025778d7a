/** Wrong: an import that the import net cannot see. */

/** Loads. */
export async function load(name: string): Promise<unknown> {
  return import(name); // caught: import/no-dynamic-require
}
