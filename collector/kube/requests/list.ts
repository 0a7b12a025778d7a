/** Lists a resource in pages; each item is handed over as its last byte comes in. */
import type { ListEnd, RawObject } from '../decode/decoder.ts';
import { KubeError } from '../kube-error.ts';
import { receive } from './receive.ts';
import { makePath, type Source } from './source.ts';

const PAGE_SIZE = 500;
// API servers end a list themselves after 60 s.
const SILENCE_MS = 60_000;

/**
 * Reads all pages and answers the resourceVersion of the whole. Rejects with a KubeError; `Gone` when the server forgot
 * the list between two pages: what came before is true but not complete, and the list must begin anew.
 */
export async function readList<T>(source: Source<T>, onItem: (item: RawObject<T>) => void): Promise<string> {
  let token: string | undefined;
  for (;;) {
    const end = await readPage(source, token, onItem);
    if (end.continueToken === undefined) return end.resourceVersion;
    if (end.continueToken === token)
      throw new KubeError('Malformed', `GET ${source.resource.path}: a page that continues with itself`);
    token = end.continueToken;
  }
}

function readPage<T>(
  source: Source<T>,
  token: string | undefined,
  onItem: (item: RawObject<T>) => void,
): Promise<ListEnd> {
  const path = makePath(source.resource, { limit: PAGE_SIZE, continue: token });
  const { accept } = source.decoder;
  return receive({ ...source, path, accept, silenceMs: () => SILENCE_MS }, (contentType) =>
    source.decoder.openList(contentType, onItem),
  );
}
