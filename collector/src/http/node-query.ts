/** The query of the node list. */
import { EXCUSES, NODE_STATES, REASONS, type ExcuseCode, type ReasonCode } from '@rollcall/contract';
import type { NodeQuery } from './answers.ts';
import { findFault, type Parameter, type Parameters } from './query-parameters.ts';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5000;
const TOKEN_MARK = '1:';

/** The token that continues behind a node: opaque to clients, so that what is in it may change. */
export function continueToken(key: string): string {
  return Buffer.from(TOKEN_MARK + key).toString('base64url');
}

function keyOf(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString();
  const key = text.slice(TOKEN_MARK.length);
  // Decoding forgives much; only what encodes to the same token was made here.
  return text.startsWith(TOKEN_MARK) && key !== '' && continueToken(key) === token ? key : undefined;
}

function oneOf(values: readonly string[]): Parameter {
  return { allowed: `one of ${values.join(', ')}`, accepts: (value) => values.includes(value) };
}

function isReason(value: string): value is ReasonCode {
  return Object.hasOwn(REASONS, value);
}

function asReason(value: string | null): ReasonCode | ExcuseCode | undefined {
  if (value === null) return undefined;
  return isReason(value) ? value : EXCUSES.find((code) => code === value);
}

const PARAMETERS: Parameters = new Map([
  ['state', oneOf(NODE_STATES)],
  ['reason', oneOf([...Object.keys(REASONS), ...EXCUSES])],
  ['pool', { allowed: 'the name of a node pool', accepts: (value: string) => value !== '' }],
  [
    'limit',
    {
      allowed: `an integer from 1 to ${MAX_LIMIT}`,
      accepts: (value: string) => /^[1-9]\d{0,3}$/.test(value) && Number(value) <= MAX_LIMIT,
    },
  ],
  [
    'continue',
    {
      allowed: 'the `continue` of the page before, unchanged (leave it out to begin anew)',
      accepts: (value: string) => keyOf(value) !== undefined,
    },
  ],
]);

/** The query, or in words what is wrong with its first bad parameter: its name, its value and what is allowed. */
export function parseNodeQuery(search: URLSearchParams): { readonly query: NodeQuery } | { readonly fault: string } {
  const fault = findFault(PARAMETERS, search);
  if (fault !== undefined) return { fault };
  return {
    query: {
      state: NODE_STATES.find((state) => state === search.get('state')),
      reason: asReason(search.get('reason')),
      pool: search.get('pool') ?? undefined,
      limit: Number(search.get('limit') ?? DEFAULT_LIMIT),
      after: keyOf(search.get('continue') ?? ''),
    },
  };
}
