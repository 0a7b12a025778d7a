import { expect, test } from 'vitest';
import { checkExclusion } from './exclusion-ledger.ts';

const NOW = Date.parse('2026-12-10T12:30:00Z');
const GOOD = { from: '2026-12-10T08:00:00Z', to: '2026-12-10T11:00:00+01:00', reason: 'racks' };

test('an exclusion of hours, and its revocation, are read', () => {
  expect(checkExclusion({ ...GOOD, namespace: 'a', daemonset: 'b', pool: 'gold' }, NOW)).toEqual({
    ok: true,
    wish: {
      namespace: 'a',
      daemonset: 'b',
      pool: 'gold',
      reason: 'racks',
      fromMs: Date.parse(GOOD.from),
      toMs: Date.parse(GOOD.to),
      revokes: '',
    },
  });
  expect(checkExclusion({ revokes: 'x', reason: 'wrong' }, NOW)).toMatchObject({ ok: true, wish: { revokes: 'x' } });
});

test.each<[string, unknown, string]>([
  ['no object', undefined, 'the body is no object'],
  ['no reason', { ...GOOD, reason: undefined }, 'reason: is required'],
  ['two lines', { ...GOOD, reason: 'a\nb' }, 'reason: is not one line'],
  ['no time', { ...GOOD, from: 'yesterday' }, 'from: "yesterday": is not a time'],
  ['no zone', { ...GOOD, from: '2026-12-10T08:00:00' }, 'from: "2026-12-10T08:00:00": is not a time'],
  [
    'half an hour',
    { ...GOOD, from: '2026-12-10T08:30:00Z' },
    'from: "2026-12-10T08:30:00Z": is not a full hour in UTC, and totals are kept by the hour; write 08:00:00Z, before it, or 09:00:00Z, after it',
  ],
  [
    'half an hour before midnight',
    { ...GOOD, from: '2026-12-10T23:30:00Z' },
    'write 23:00:00Z, before it, or 00:00:00Z of the next day, after it',
  ],
  [
    'a zone of half an hour',
    { ...GOOD, to: '2026-12-10T16:00:00+05:30' },
    'write 10:00:00Z, before it, or 11:00:00Z, after it',
  ],
  ['backwards', { ...GOOD, to: GOOD.from }, 'to: is not after from'],
  ['what is to come', { ...GOOD, to: '2026-12-10T13:00:00Z' }, 'to: is not over yet'],
  ['what is long ago', { ...GOOD, from: '2026-11-01T00:00:00Z' }, 'from: is more than 30 days ago'],
  ['a namespace alone', { ...GOOD, namespace: 'a' }, 'namespace and daemonset go together'],
  ['another field', { ...GOOD, node: 'n' }, 'node: is not a field'],
  ['an author', { ...GOOD, author: 'somebody else' }, 'author: is not a field'],
  ['a revocation with hours', { revokes: 'x', ...GOOD }, 'from, to: is not a field'],
])('%s is refused', (_, body, fault) => {
  const checked = checkExclusion(body, NOW);
  expect(checked.ok ? '' : checked.fault).toContain(fault);
});
