/** The parameters of a query: every bad one is refused, since an ignored one would answer another question. */

/** One parameter: what it may be, in words and as a test. */
export interface Parameter {
  readonly allowed: string;
  accepts(value: string): boolean;
}

/** By name. */
export type Parameters = ReadonlyMap<string, Parameter>;

const SHOWN_CHARS = 100;

/** The query of a URL as a client sent it. */
export function searchOf(url: string | undefined = ''): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** In words what is wrong with the first bad parameter: its name, its value and what is allowed. */
export function findFault(parameters: Parameters, search: URLSearchParams): string | undefined {
  for (const [name, value] of search) {
    const parameter = parameters.get(name);
    const shown = JSON.stringify(value.slice(0, SHOWN_CHARS));
    if (parameter === undefined) {
      return `Unknown parameter ${JSON.stringify(name.slice(0, SHOWN_CHARS))}; allowed are ${[...parameters.keys()].join(', ')}.`;
    }
    if (search.getAll(name).length > 1) return `Parameter ${name} is given more than once; give it once.`;
    if (!parameter.accepts(value)) return `Parameter ${name} is ${shown}; it must be ${parameter.allowed}.`;
  }
  return undefined;
}
