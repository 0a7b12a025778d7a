/** The query parameters of lists and watches, checked as the API server checks them. */
import { badRequest, invalid, type Cause } from '../objects/api-failure.ts';
import { parseFieldSelector } from '../objects/field-selector.ts';
import { parseLabelSelector } from '../objects/label-selector.ts';
import type { ListQuery, Selection } from '../objects/list-query.ts';
import type { ResourcePath } from './route.ts';

/** A watch request. */
export type WatchQuery = Selection & {
  /** undefined: not given; 0: any. */
  readonly resourceVersion: number | undefined;
  /** True: the current state comes first. False: only changes. */
  readonly initialEvents: boolean;
  /** True when the end of the initial events is to be marked by a bookmark. */
  readonly markInitialEnd: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number | undefined;
};

const EXACT = 'Exact';
const NOT_OLDER = 'NotOlderThan';
const MATCH = 'resourceVersionMatch';

/** True when the parameters ask for a watch. */
export function isWatch(parameters: URLSearchParams): boolean {
  return readFlag(parameters, 'watch') === true;
}

/** The list that the parameters ask for; throws 400 or 422. */
export function listQueryOf(path: ResourcePath, parameters: URLSearchParams): ListQuery {
  refuseAll(checkList(parameters));
  const match = parameters.get(MATCH);
  return {
    ...selectionOf(path, parameters),
    limit: readLimit(parameters),
    continue: parameters.get('continue') || undefined,
    resourceVersion: readVersion(parameters),
    match: match === EXACT || match === NOT_OLDER ? match : undefined,
  };
}

/** The watch that the parameters ask for; `streamingList` is false on a server without that feature. Throws 400 or 422. */
export function watchQueryOf(
  path: ResourcePath,
  parameters: URLSearchParams,
  { streamingList }: { readonly streamingList: boolean },
): WatchQuery {
  refuseAll(checkWatch(parameters, streamingList));
  const resourceVersion = readVersion(parameters);
  const asked = readFlag(parameters, 'sendInitialEvents');
  const isLegacy = asked === undefined && (resourceVersion ?? 0) === 0;
  const bookmarks = readFlag(parameters, 'allowWatchBookmarks') === true;
  const initialEvents = asked ?? isLegacy;
  const seconds = readNumber(parameters, 'timeoutSeconds');
  return {
    ...selectionOf(path, parameters),
    resourceVersion,
    initialEvents,
    // A server with streaming lists treats a watch without resourceVersion as one.
    markInitialEnd: initialEvents && bookmarks && streamingList,
    bookmarks,
    timeoutMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
  };
}

function selectionOf({ type, namespace }: ResourcePath, parameters: URLSearchParams): Selection {
  return {
    namespace,
    labels: parseLabelSelector(parameters.get('labelSelector') ?? ''),
    fields: parseFieldSelector(parameters.get('fieldSelector') ?? '', type),
  };
}

function readFlag(parameters: URLSearchParams, name: string): boolean | undefined {
  const value = parameters.get(name);
  return value === null ? undefined : !['false', '0'].includes(value.toLowerCase());
}

function readNumber(parameters: URLSearchParams, name: string): number | undefined {
  const value = parameters.get(name) ?? '';
  if (value === '') return undefined;
  if (!/^-?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
  return Number(value);
}

function readLimit(parameters: URLSearchParams): number | undefined {
  const limit = readNumber(parameters, 'limit') ?? 0;
  return limit > 0 ? limit : undefined;
}

function readVersion(parameters: URLSearchParams): number | undefined {
  const value = parameters.get('resourceVersion') ?? '';
  if (value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: "${value}": strconv.ParseUint: parsing "${value}": invalid syntax`,
  );
}

function refuseAll(causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, causes);
}

function forbidden(field: string, text: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${text}`, field };
}

function unsupported(value: string, allowed: readonly string[]): Cause {
  const words = allowed.map((word) => JSON.stringify(word)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${words}`;
  return { reason: 'FieldValueNotSupported', message, field: MATCH };
}

type Rule = { readonly broken: boolean; readonly cause: Cause };

function brokenOf(rules: readonly Rule[]): readonly Cause[] {
  return rules.filter(({ broken }) => broken).map(({ cause }) => cause);
}

function continuedRule(match: string, parameters: URLSearchParams): Rule {
  const broken = match !== '' && Boolean(parameters.get('continue'));
  return { broken, cause: forbidden(MATCH, `${MATCH} is forbidden when continue is provided`) };
}

function checkList(parameters: URLSearchParams): readonly Cause[] {
  const match = parameters.get(MATCH) ?? '';
  const version = parameters.get('resourceVersion') ?? '';
  return brokenOf([
    {
      broken: match !== '' && version === '',
      cause: forbidden(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`),
    },
    continuedRule(match, parameters),
    { broken: !['', EXACT, NOT_OLDER].includes(match), cause: unsupported(match, [EXACT, NOT_OLDER, '']) },
    {
      broken: match === EXACT && version === '0',
      cause: forbidden(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`),
    },
    {
      broken: parameters.has('sendInitialEvents'),
      cause: forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'),
    },
  ]);
}

function checkWatch(parameters: URLSearchParams, streamingList: boolean): readonly Cause[] {
  const match = parameters.get(MATCH) ?? '';
  const asked = parameters.has('sendInitialEvents');
  const gate = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
  return brokenOf([
    {
      broken: asked && match !== NOT_OLDER,
      cause: forbidden(MATCH, `sendInitialEvents requires setting ${MATCH} to ${NOT_OLDER}`),
    },
    { broken: asked && !streamingList, cause: forbidden('sendInitialEvents', gate) },
    {
      broken: match !== '' && !asked,
      cause: forbidden(MATCH, `${MATCH} is forbidden for watch unless sendInitialEvents is provided`),
    },
    { broken: !['', NOT_OLDER].includes(match), cause: unsupported(match, [NOT_OLDER]) },
    continuedRule(match, parameters),
  ]);
}
