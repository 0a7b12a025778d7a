/** What a list or a watch reads: which resource, from where, by which decoder. */
import type { Decoder } from '../decode/decoder.ts';
import type { Reception } from './receive.ts';

/** A collection of one API server, or the part of it that the selectors choose. `path` is e.g. `/api/v1/nodes`. */
export interface Resource {
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** A resource and the means to read it. */
export interface Source<T> extends Pick<Reception, 'connection' | 'abort' | 'onBytes'> {
  readonly resource: Resource;
  readonly decoder: Decoder<T>;
}

/** The path of a resource with its selectors and the given parameters; undefined ones are left out. */
export function makePath(
  resource: Resource,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  const { path, ...selectors } = resource;
  for (const [name, value] of Object.entries({ ...selectors, ...parameters }))
    if (value !== undefined) query.set(name, String(value));
  return `${path}?${query.toString()}`;
}
