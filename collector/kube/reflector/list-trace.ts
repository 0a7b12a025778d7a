/** The span of each list that a reflector reads. */
import type { OpenSpan } from '@rollcall/contract';
import type { Connection } from '../connection/connection.ts';
import { serverAttributes } from '../requests/server-attributes.ts';
import type { Resource } from '../requests/source.ts';

/** At most one list at a time. */
export interface ListTrace {
  begin(mode: 'streaming' | 'paged'): void;
  /** Ends the span of the list that runs, if one does. */
  end(errorType?: string): void;
}

/** What is listed, and from where. */
interface Listed {
  readonly connection: Connection;
  readonly resource: Resource;
  readonly name?: string | undefined;
}

/** `read` answers how many objects are known, and all bytes read so far. */
export function createListTrace(
  { connection, resource, name }: Listed,
  read: () => { readonly objects: number; readonly bytes: number },
): ListTrace {
  let running: { readonly span: OpenSpan<'relist'>; readonly bytesBefore: number } | undefined;
  return {
    begin: (mode) => {
      const span = connection.spans?.start('relist', {
        'rollcall.watch': name ?? resource.path,
        'rollcall.list.mode': mode,
        ...serverAttributes(connection.server),
      });
      running = span && { span, bytesBefore: read().bytes };
    },
    end: (errorType) => {
      if (running === undefined) return;
      const { span, bytesBefore } = running;
      const { objects, bytes } = read();
      span.set({ 'rollcall.list.objects': objects, 'rollcall.list.bytes': bytes - bytesBefore });
      span.end(errorType);
      running = undefined;
    },
  };
}
