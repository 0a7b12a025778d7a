/** JSON patch (RFC 6902), on immutable documents. */
import { ApiFailure, badRequest } from '../objects/api-failure.ts';
import { equalJson, isJsonArray, isJsonObject, omit, type Json } from '../objects/json.ts';

type Operation = { readonly op: string; readonly path: string; readonly from: string; readonly value: Json };

/** The document after all operations; throws 400 on a malformed patch and 422 when an operation does not apply. */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!isJsonArray(patch)) throw badRequest('error decoding patch: a JSON patch must be a list of operations');
  return patch.map(readOperation).reduce(applyOperation, document);
}

function readOperation(value: Json): Operation {
  if (!isJsonObject(value) || typeof value['op'] !== 'string' || typeof value['path'] !== 'string') {
    throw badRequest('error decoding patch: every operation needs a string "op" and a string "path"');
  }
  const from = typeof value['from'] === 'string' ? value['from'] : '';
  return { op: value['op'], path: value['path'], from, value: value['value'] ?? null };
}

function applyOperation(document: Json, { op, path, from, value }: Operation): Json {
  const tokens = parsePointer(path);
  switch (op) {
    case 'add':
      return insert(document, tokens, value);
    case 'remove':
      return remove(document, tokens);
    case 'replace':
      return replace(document, tokens, value);
    case 'copy':
      return insert(document, tokens, read(document, parsePointer(from)));
    case 'move': {
      const source = parsePointer(from);
      return insert(remove(document, source), tokens, read(document, source));
    }
    case 'test':
      if (!equalJson(read(document, tokens), value)) throw inapplicable();
      return document;
    default:
      throw inapplicable();
  }
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw inapplicable();
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Json, tokens: readonly string[]): Json {
  return tokens.reduce(child, document);
}

function child(parent: Json, token: string): Json {
  if (isJsonArray(parent)) return parent[indexIn(parent, token)] ?? null;
  if (isJsonObject(parent) && Object.hasOwn(parent, token)) return parent[token] ?? null;
  throw inapplicable();
}

function insert(document: Json, [token, ...rest]: readonly string[], value: Json): Json {
  if (token === undefined) return value;
  if (rest.length > 0) return replaceChild(document, token, insert(child(document, token), rest, value));
  if (isJsonArray(document)) {
    const index = token === '-' ? document.length : indexIn(document, token, document.length);
    return document.toSpliced(index, 0, value);
  }
  if (isJsonObject(document)) return { ...document, [token]: value };
  throw inapplicable();
}

function remove(document: Json, [token, ...rest]: readonly string[]): Json {
  if (token === undefined) return null;
  const found = child(document, token);
  if (rest.length > 0) return replaceChild(document, token, remove(found, rest));
  if (isJsonArray(document)) return document.toSpliced(indexIn(document, token), 1);
  return isJsonObject(document) ? omit(document, [token]) : document;
}

/** As the real server's: replacing a member that is not there adds it, replacing such an item fails. */
function replace(document: Json, tokens: readonly string[], value: Json): Json {
  const parent = read(document, tokens.slice(0, -1));
  return insert(isJsonArray(parent) ? remove(document, tokens) : document, tokens, value);
}

function replaceChild(parent: Json, token: string, value: Json): Json {
  if (isJsonArray(parent)) return parent.with(indexIn(parent, token), value);
  return isJsonObject(parent) ? { ...parent, [token]: value } : parent;
}

function indexIn(list: readonly Json[], token: string, last = list.length - 1): number {
  const index = /^(0|[1-9]\d*)$/.test(token) ? Number(token) : -1;
  if (index < 0 || index > last) throw inapplicable();
  return index;
}

function inapplicable(): ApiFailure {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiFailure({ code: 422, reason: 'Invalid', message, details: {} });
}
