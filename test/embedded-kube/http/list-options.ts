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

/** True when the parameters ask for a watch. */
export function isWatch(parameters: URLSearchParams): boolean {
  return readFlag(parameters, 'watch') === true;
}

/** The list that the parameters ask for; throws 400 or 422. */
export function listQueryOf(path: ResourcePath, parameters: URLSearchParams): ListQuery {
  refuseAll(checkList(parameters));
  const match = parameters.get('resourceVersionMatch');
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
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function checkList(parameters: URLSearchParams): readonly Cause[] {
  const match = parameters.get('resourceVersionMatch') ?? '';
  const version = parameters.get('resourceVersion') ?? '';
  const subject = 'resourceVersionMatch';
  const causes: Cause[] = [];
  if (match !== '') {
    if (version === '') causes.push(forbidden(subject, `${subject} is forbidden unless resourceVersion is provided`));
    if (parameters.get('continue'))
      causes.push(forbidden(subject, `${subject} is forbidden when continue is provided`));
    if (match !== EXACT && match !== NOT_OLDER) causes.push(unsupported(match, [EXACT, NOT_OLDER, '']));
    if (match === EXACT && version === '0') {
      causes.push(forbidden(subject, `${subject} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (parameters.has('sendInitialEvents')) {
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function checkWatch(parameters: URLSearchParams, streamingList: boolean): readonly Cause[] {
  const match = parameters.get('resourceVersionMatch') ?? '';
  const subject = 'resourceVersionMatch';
  const causes: Cause[] = [];
  const asked = parameters.has('sendInitialEvents');
  if (asked && match !== NOT_OLDER) {
    causes.push(forbidden(subject, `sendInitialEvents requires setting ${subject} to ${NOT_OLDER}`));
  }
  if (asked && !streamingList) {
    const text = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    causes.push(forbidden('sendInitialEvents', text));
  }
  if (match === '') return causes;
  if (!asked) {
    causes.push(forbidden(subject, `${subject} is forbidden for watch unless sendInitialEvents is provided`));
  }
  if (match !== NOT_OLDER) causes.push(unsupported(match, [NOT_OLDER]));
  if (parameters.get('continue')) causes.push(forbidden(subject, `${subject} is forbidden when continue is provided`));
  return causes;
}
