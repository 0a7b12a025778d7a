import { expect, test } from 'vitest';
import { parseAlertmanager } from './alertmanager-flag.ts';

test('an address, with files where they are given', () => {
  expect(parseAlertmanager(undefined)).toEqual({ alertmanager: undefined, faults: [] });
  expect(parseAlertmanager('https://am.monitoring.svc/prefix/,token-file=/t,ca-file=/c')).toEqual({
    alertmanager: { url: 'https://am.monitoring.svc/prefix', tokenFile: '/t', caFile: '/c' },
    faults: [],
  });
});

test.each([
  ['', 'has no URL'],
  ['am:9093', 'has no URL'],
  ['http://ana:secret@am:9093', 'has credentials in its URL'],
  ['http://am:9093?x=1', 'has more than a path'],
  ['http://am:9093,token-file=/t', 'would send its token in the clear'],
  ['https://am,tokenfile=/t', 'has "tokenfile=/t"'],
  ['https://am,token-file=', 'has "token-file="'],
])('%s is refused', (value, fault) => {
  const { faults } = parseAlertmanager(value);
  expect(faults.join()).toContain(fault);
  expect(faults.join()).not.toContain('secret');
});
