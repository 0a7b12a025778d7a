/** How objects, lists and events become bytes. */
import type { Stamp } from './stamp.ts';
import type { Template } from './vary-objects.ts';

/** The ways in which an object goes over the wire: in a list, or as a watch event. */
export type Frame = 'item' | 'ADDED' | 'MODIFIED' | 'DELETED';

/** A kind of object in all frames; `itemBytes` is the width of `item`, `between` of the encoding aside. */
export type Face = Readonly<Record<Frame, Stamp>> & { readonly itemBytes: number };

/** What an object is. */
export type KindOf = Pick<Template, 'kind' | 'apiVersion'>;

/** One wire format. */
export interface Encoding {
  readonly contentType: string;
  readonly watchContentType: string;
  /** What stands between two items of a list. */
  readonly between: Buffer;
  stampObject(object: Template): Face;
  /** An instant (Unix seconds), as wide as every other. */
  writeTime(seconds: number): string;
  /** What stands around the items of a list, which take `itemsBytes` in all. */
  frameList(kind: KindOf, metadata: object, itemsBytes: number): { readonly head: Buffer; readonly tail: Buffer };
  /** The event that says: up to this version nothing is missing. */
  bookmark(kind: KindOf, metadata: { readonly resourceVersion: string; readonly annotations: object }): Buffer;
}
