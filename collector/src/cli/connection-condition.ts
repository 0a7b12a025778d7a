/** Says of a policy that asks backends of telemetry whether they answer, and if not, why and what to do. */
import type { Policy, PolicyCondition } from '@rollcall/contract';
import type { BackendErrorCode } from '../backends/backend-error.ts';
import type { BackendWatch } from '../backends/watch-backends.ts';
import { CONNECTION_FORM } from '../config/connection-flag.ts';

/** The condition ConnectionDown; none for a policy that asks no backend. */
export function connectionCondition(
  { uid, telemetry }: Policy,
  backends: Pick<BackendWatch, 'known' | 'statesOf'>,
): readonly PolicyCondition[] {
  const asked = [telemetry?.queries, telemetry?.canary].flatMap((own) => (own === undefined ? [] : [own.connection]));
  if (asked.length === 0) return [];
  const down = (reason: string, message: string): readonly PolicyCondition[] => [
    { type: 'ConnectionDown', status: 'True', reason, message },
  ];
  const unknown = asked.find((name) => !backends.known.includes(name));
  if (unknown !== undefined) return down('UnknownConnection', describeUnknown(unknown, backends.known));
  const states = backends.statesOf(uid);
  for (const { connection, origin, trouble } of states) {
    if (trouble === undefined) continue;
    const what = origin === 'queries' ? 'the queries' : 'the canaries';
    return down(
      trouble.code,
      `the connection "${connection}" fails for ${what}: ${trouble.message}; ${MENDS[trouble.code]}`,
    );
  }
  const waiting = states.find(({ live }) => !live);
  if (waiting !== undefined) return down('Syncing', `the connection "${waiting.connection}" has not answered yet`);
  return [{ type: 'ConnectionDown', status: 'False', reason: 'Live', message: '' }];
}

function describeUnknown(name: string, known: readonly string[]): string {
  const others = known.length === 0 ? '' : `, or name one of: ${known.join(', ')}`;
  return `the connection "${name}" is unknown to the collector; start the collector with --connection ${CONNECTION_FORM}${others}`;
}

const RETRY = 'the collector tries again; see whether that backend runs and can be reached from here';

const MENDS: Readonly<Record<BackendErrorCode, string>> = {
  Credentials: 'correct the path, the rights or the content of the file that the flag names',
  Unreachable: RETRY,
  Timeout: RETRY,
  Unauthorized: 'renew the token in the token-file of the connection',
  Forbidden: 'allow the holder of the token to query, or name the right tenant',
  NotFound: 'correct the URL and the type of the connection: the path of its API is put behind it',
  TooManyRequests: 'the collector asks less often; raise the limits of the backend',
  Unavailable: RETRY,
  BadQuery: 'correct the query in the policy: try it in the backend by itself',
  TooLarge: 'aggregate the query by node, so that it gives one value a node',
  Malformed: 'correct the URL and the type of the connection: what answers there is no such backend',
};
