import { expect, test } from 'vitest';
import { parseConnections } from './connection-flag.ts';

const BARE = { tokenFile: undefined, caFile: undefined, tenant: undefined };

test.each<[string, object]>([
  [
    'prom=prometheus,http://prometheus.monitoring.svc:9090/',
    { name: 'prom', url: 'http://prometheus.monitoring.svc:9090' },
  ],
  ['l=loki,https://loki/loki', { name: 'l', type: 'loki', url: 'https://loki/loki' }],
  [
    'a=loki,https://h,token-file=/t=1,ca-file=/ca,tenant=x',
    { name: 'a', type: 'loki', url: 'https://h', tokenFile: '/t=1', caFile: '/ca', tenant: 'x' },
  ],
  ['a=loki,http://127.0.0.1:1,token-file=/t', { name: 'a', type: 'loki', url: 'http://127.0.0.1:1', tokenFile: '/t' }],
])('%s is a connection', (value, expected) => {
  expect(parseConnections([value])).toEqual({
    connections: [{ type: 'prometheus', ...BARE, ...expected }],
    faults: [],
  });
});

const FORM = 'NAME=prometheus|loki,URL[,token-file=FILE][,ca-file=FILE][,tenant=ID]';

test.each<[readonly string[], readonly string[]]>([
  [['prom'], [`"prom" has no "="; write ${FORM}`]],
  [['=loki,http://h'], ['has the name ""; use 1 to 253 lower-case letters']],
  [['a=influx,http://h'], [`has the type "influx"; use prometheus or loki: ${FORM}`]],
  [['a=http://h'], ['has the type "http://h"', 'has the URL ""']],
  [['a=loki,h:3100'], ['has the URL "h:3100"; write http:// or https:// and the host']],
  [['a=loki,http://u:secret@h'], ['"a=loki,http://***@h" has credentials in its URL; put a token into a file']],
  [['a=loki,http://h?x=y'], ['has more than a path in its URL']],
  [['a=loki,http://h,token-file=/t'], ['would send its token in the clear; use https://']],
  [['a=loki,http://h,token=x'], ['has "token=x"; use one of token-file=, ca-file=, tenant=']],
  [['a=loki,http://h,ca-file='], ['has no value for ca-file; give one, or leave it out']],
  [['a=loki,http://h,tenant=x,tenant=y'], ['has tenant twice; give it once']],
  [['a=loki,http://h,tenant=a b'], ['has the tenant "a b"; use 1 to 150 plain characters']],
  [['a=loki,http://h', 'a=loki,http://i'], ['has the name of another one; give each connection a name of its own']],
])('%j is refused', (values, wrong) => {
  const { faults } = parseConnections(values);
  expect(faults).toHaveLength(wrong.length);
  for (const [index, text] of wrong.entries()) {
    expect(faults[index]).toMatch(/^--connection: ".*" /);
    expect(faults[index]).toContain(text);
  }
  expect(faults.join()).not.toContain('secret');
});
