import { expect, test } from 'vitest';
import { BackendError, type BackendErrorCode } from '../backends/backend-error.ts';
import type { OriginState } from '../backends/watch-backends.ts';
import { buildPolicy } from '../test-objects.ts';
import { connectionCondition } from './connection-condition.ts';

const policy = buildPolicy({
  telemetry: {
    queries: { connection: 'prom', nodeLabel: 'node', lag: 'x' },
    canary: { connection: 'logs', periodMs: 30_000 },
  },
});
const queries: OriginState = { origin: 'queries', connection: 'prom', live: true, trouble: undefined };
const canary: OriginState = { ...queries, origin: 'canary', connection: 'logs' };

function ask(states: readonly OriginState[], known: readonly string[] = ['prom', 'logs']) {
  return connectionCondition(policy, { known, statesOf: () => states });
}

test('a policy that asks no backend has no such condition', () => {
  expect(connectionCondition(buildPolicy({}), { known: [], statesOf: () => [] })).toEqual([]);
});

test('connections that answer are not down', () => {
  expect(ask([queries, canary])).toEqual([{ type: 'ConnectionDown', status: 'False', reason: 'Live', message: '' }]);
});

test('a connection that the collector does not have is down, with the mend', () => {
  const [condition] = ask([queries], ['prom']);
  expect(condition).toMatchObject({ status: 'True', reason: 'UnknownConnection' });
  expect(condition?.message).toBe(
    'the connection "logs" is unknown to the collector; start the collector with --connection NAME=prometheus|loki,URL[,token-file=FILE][,ca-file=FILE][,tenant=ID], or name one of: prom',
  );
});

test('a connection that has not answered yet is down until it has', () => {
  expect(ask([queries, { ...canary, live: false }])).toMatchObject([{ status: 'True', reason: 'Syncing' }]);
});

test.each<[BackendErrorCode, string]>([
  ['Credentials', 'correct the path'],
  ['Unreachable', 'tries again'],
  ['Timeout', 'tries again'],
  ['Unauthorized', 'renew the token'],
  ['Forbidden', 'name the right tenant'],
  ['NotFound', 'correct the URL'],
  ['TooManyRequests', 'asks less often'],
  ['Unavailable', 'tries again'],
  ['BadQuery', 'correct the query'],
  ['TooLarge', 'aggregate the query by node'],
  ['Malformed', 'no such backend'],
])('trouble %s is told with its mend, also while what was known still counts', (code, mend) => {
  const [condition] = ask([queries, { ...canary, trouble: new BackendError(code, 'its words') }]);
  expect(condition).toMatchObject({ type: 'ConnectionDown', status: 'True', reason: code });
  expect(condition?.message).toContain('the connection "logs" fails for the canaries: its words; ');
  expect(condition?.message).toContain(mend);
});
