import { expect, test } from 'vitest';
import { buildPolicy } from '../test-objects.ts';
import { sourceCondition, type SourceStates } from './source-condition.ts';

const policy = buildPolicy({ daemonLayer: { source: 'riptides', maxProbeAgeMs: 90_000 } });
const message = 'GET /apis/core.riptides.io/v1alpha1/daemons: no';
type Code = NonNullable<NonNullable<ReturnType<SourceStates['stateOf']>>['trouble']>['code'];

function ask(state: ReturnType<SourceStates['stateOf']>, known: readonly string[] = ['riptides', 'local']) {
  return sourceCondition(policy, { known, stateOf: (name) => (name === 'riptides' ? state : undefined) });
}

test('a policy that does not ask for Daemons has no such condition', () => {
  expect(sourceCondition(buildPolicy({}), { known: [], stateOf: () => undefined })).toEqual([]);
});

test('a source that is live is not down', () => {
  expect(ask({ name: 'live', trouble: undefined })).toEqual([
    { type: 'SourceDown', status: 'False', reason: 'Live', message: '' },
  ]);
});

test('a source that the collector does not have is down, with the mend', () => {
  expect(ask(undefined, ['local', 'eu'])).toEqual([
    {
      type: 'SourceDown',
      status: 'True',
      reason: 'UnknownSource',
      message:
        'the source of Daemons "riptides" is unknown to the collector; start the collector with --daemon-source NAME=KUBECONFIG[,context=CONTEXT][,workload-id-prefix=PREFIX][,label-selector=SELECTOR][,metadata=KEY=VALUE], or name one of: local, eu',
    },
  ]);
});

test('a source that is not listed yet is down until it is', () => {
  expect(ask({ name: 'syncing', trouble: undefined })).toMatchObject([{ status: 'True', reason: 'Syncing' }]);
  expect(ask(undefined)).toMatchObject([{ status: 'True', reason: 'Syncing' }]);
});

test.each<[Code, string, string]>([
  ['NotFound', 'CrdAbsent', 'let the flag name the one of the Riptides control plane'],
  ['Forbidden', 'Forbidden', 'allow get, list and watch'],
  ['Unauthorized', 'Unauthorized', 'renew the credentials'],
  ['Network', 'Disconnected', 'the collector tries again'],
  ['Timeout', 'Disconnected', 'the collector tries again'],
  ['Unavailable', 'Disconnected', 'the collector tries again'],
  ['TooManyRequests', 'Disconnected', 'the collector tries again'],
  ['Malformed', 'Malformed', 'see the log'],
])('trouble %s is told as %s, in the words of the API and with the mend', (code, reason, mend) => {
  const [condition] = ask({ name: 'stale', trouble: { code, message, wallMs: 0 } });
  expect(condition).toMatchObject({ type: 'SourceDown', status: 'True', reason });
  expect(condition?.message).toContain(`is not seen: ${message}; `);
  expect(condition?.message).toContain(mend);
});
