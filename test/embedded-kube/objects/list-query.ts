/** Lists: selectors, pages over one consistent state, and which state a resourceVersion asks for. */
import { badRequest, expired, tooLargeResourceVersion } from './api-failure.ts';
import type { Collection } from './collection.ts';
import { matchesFields, type FieldSelector } from './field-selector.ts';
import type { KubeObject } from './kube-object.ts';
import { matchesLabels, type LabelSelector } from './label-selector.ts';
import type { StoredVersion } from './stored-version.ts';

/** Which objects a list or watch is about. */
export type Selection = {
  readonly namespace?: string | undefined;
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
};

/** A list request; `resourceVersion` is undefined when not given, and the texts of the two enumerations are checked before. */
export type ListQuery = Selection & {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: number | undefined;
  readonly match?: 'Exact' | 'NotOlderThan' | undefined;
};

/** One page. `remaining` is told only without selectors, as the real server does. */
export type ListPage = {
  readonly revision: number;
  readonly versions: readonly StoredVersion[];
  readonly continue?: string;
  readonly remaining?: number;
};

const LIST_TOO_OLD = 'The resourceVersion for the provided list is too old.';
const CONTINUE_TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** True for an object that a selection is about. */
export function isSelected({ namespace, labels, fields }: Selection, object: KubeObject): boolean {
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  return matchesLabels(labels, object.metadata.labels) && matchesFields(fields, object);
}

/** One page of a list at server revision `current`; throws 400, 410 or 504. */
export function listPage(collection: Collection, query: ListQuery, current: number): ListPage {
  const { start, revision, exact } = startOf(query, current);
  const versions = exact ? collection.at(revision) : collection.all();
  if (versions === undefined) {
    throw query.continue === undefined ? expired(LIST_TOO_OLD) : expired(CONTINUE_TOO_OLD, encodeContinue(-1, start));
  }
  const prefix = query.namespace === undefined ? '' : `${query.namespace}/`;
  const rest = versions.filter(({ key }) => key.startsWith(prefix) && key >= start);
  // resourceVersion=0 means "whatever you have at once": the watch cache then ignores the limit.
  const limit = query.resourceVersion === 0 ? undefined : query.limit;
  return cutPage(rest, { ...query, limit }, revision);
}

function cutPage(rest: readonly StoredVersion[], query: ListQuery, revision: number): ListPage {
  const versions: StoredVersion[] = [];
  for (const [index, version] of rest.entries()) {
    if (isSelected(query, version.object)) versions.push(version);
    const isFull = query.limit !== undefined && versions.length >= query.limit;
    if (!isFull) continue;
    const remaining = rest.length - index - 1;
    if (remaining === 0) break;
    const token = encodeContinue(revision, `${version.key}\0`);
    const isPlain = query.labels.length === 0 && query.fields.length === 0;
    return { revision, versions, continue: token, ...(isPlain && { remaining }) };
  }
  return { revision, versions };
}

type Start = { readonly start: string; readonly revision: number; readonly exact: boolean };

function startOf(query: ListQuery, current: number): Start {
  const wanted = query.resourceVersion ?? 0;
  if (query.continue !== undefined) return startOfContinued(query.continue, wanted, current);
  if (wanted > current) throw tooLargeResourceVersion(wanted, current);
  const isLegacyExact = query.match === undefined && query.limit !== undefined && wanted > 0;
  const exact = query.match === 'Exact' || isLegacyExact;
  return { start: '', revision: exact ? wanted : current, exact };
}

function startOfContinued(token: string, wanted: number, current: number): Start {
  const { rv, start } = decodeContinue(token);
  if (wanted !== 0) throw badRequest('specifying resource version is not allowed when using continue');
  return rv < 0 ? { start, revision: current, exact: false } : { start, revision: rv, exact: true };
}

function encodeContinue(rv: number, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
}

function decodeContinue(token: string): { readonly rv: number; readonly start: string } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string' && rv !== 0) return { rv, start };
  } catch {
    // Not even JSON: the same answer as for wrong content.
  }
  throw badRequest('invalid continue token: continue key is not valid');
}
