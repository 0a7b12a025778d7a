import { expect, test } from 'vitest';
import { parseJournalPeer } from './journal-peer-flag.ts';

test.each([
  ['https://peers:8090/', { url: 'https://peers:8090' }],
  [
    'https://peers:8090,token-file=/t,certificate-authority=/ca,tls-server-name=n',
    { url: 'https://peers:8090', tokenFile: '/t', certificateAuthority: '/ca', tlsServerName: 'n' },
  ],
])('%s is good', (value, peer) => {
  const none = { tokenFile: undefined, certificateAuthority: undefined, tlsServerName: undefined };
  expect(parseJournalPeer(value, 'j')).toEqual({ peer: { ...none, ...peer }, faults: [] });
});

test.each([
  ['peers', 'j', '"peers" is no address; write URL[,token-file=FILE]'],
  ['http://a,ca=x', 'j', '"http://a,ca=x" has "ca"; write URL'],
  ['http://a', undefined, '"http://a" has no journal to fetch for; add --journal PATH'],
])('%s is refused', (value, journal, fault) => {
  expect(parseJournalPeer(value, journal).faults).toEqual([expect.stringContaining(fault)]);
});

test('without the flag there is no peer', () => {
  expect(parseJournalPeer(undefined, undefined)).toEqual({ peer: undefined, faults: [] });
});
