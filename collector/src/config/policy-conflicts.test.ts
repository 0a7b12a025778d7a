import type { Policy } from '@rollcall/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settlePolicies } from './policy-conflicts.ts';
import { discoveredPolicy } from './policy-discovered.ts';

function policy(over: Partial<Policy>): Policy {
  return {
    ...discoveredPolicy({ cluster: '', namespace: 'ns', name: 'ds' }),
    origin: 'API',
    uid: 'b',
    createdAt: 100,
    ...over,
  };
}

describe('of two policies for one DaemonSet', () => {
  test.each<[string, Partial<Policy>, Partial<Policy>]>([
    ['the API wins over a file', { origin: 'API', createdAt: 900 }, { origin: 'File', createdAt: 1 }],
    ['the API wins over a discovered one', { origin: 'API', createdAt: 900 }, { origin: 'Discover', createdAt: 0 }],
    ['a file wins over a discovered one', { origin: 'File', createdAt: 900 }, { origin: 'Discover', createdAt: 0 }],
    ['the older wins', { createdAt: 1 }, { createdAt: 2 }],
    ['the smaller UID wins at equal age', { uid: 'a' }, { uid: 'c' }],
  ])('%s', (_, better, worse) => {
    const [winner, loser] = [policy({ uid: 'w', ...better }), policy({ uid: 'x', ...worse })];
    for (const order of [
      [winner, loser],
      [loser, winner],
    ])
      expect(settlePolicies(order).active).toEqual([winner]);
  });

  test('the loser is in conflict with the winner, however many there are', () => {
    const [first, second, third] = [policy({ createdAt: 1 }), policy({ createdAt: 2 }), policy({ createdAt: 3 })];
    expect(settlePolicies([third, first, second]).conflicts).toEqual([
      { policy: second, winner: first },
      { policy: third, winner: first },
    ]);
  });

  test('a discovered one yields in silence', () => {
    expect(settlePolicies([policy({ origin: 'Discover' }), policy({})]).conflicts).toEqual([]);
  });
});

test('policies for different DaemonSets are no conflict, nor is one name in two namespaces', () => {
  const all = [policy({}), policy({ daemonset: 'other' }), policy({ namespace: 'other' })];
  expect(settlePolicies(all)).toEqual({ active: all, conflicts: [], excess: [] });
});

test('of more than the limit, those are evaluated that would win over the others', () => {
  const all = Array.from({ length: 7 }, (_, i) =>
    policy({ daemonset: `d${i}`, uid: `u${i}`, origin: i < 4 ? 'Discover' : 'API', createdAt: 9 - i }),
  );
  const { active, excess } = settlePolicies(all, 5);
  expect(active.map(({ uid }) => uid)).toEqual(['u6', 'u5', 'u4', 'u3', 'u2']);
  expect(excess.map(({ uid }) => uid)).toEqual(['u1', 'u0']);
});

test('the order in which policies come decides nothing', () => {
  const arbitrary = fc.record({
    origin: fc.constantFrom('API' as const, 'File' as const, 'Discover' as const),
    createdAt: fc.integer({ min: 0, max: 3 }),
    daemonset: fc.constantFrom('x', 'y'),
  });
  const lists = fc
    .array(arbitrary, { maxLength: 8 })
    .map((list) => list.map((own, index) => policy({ ...own, uid: `u${index}` })));
  fc.assert(
    fc.property(lists, fc.infiniteStream(fc.nat()), (policies, random) => {
      const shuffled = policies
        .map((own) => ({ own, rank: random.next().value }))
        .sort((one, other) => one.rank - other.rank)
        .map(({ own }) => own);
      const sorted = ({ active }: ReturnType<typeof settlePolicies>) => active.map(({ uid }) => uid).sort();
      expect(sorted(settlePolicies(shuffled))).toEqual(sorted(settlePolicies(policies)));
      expect(settlePolicies(policies).active.length).toBe(new Set(policies.map(({ daemonset }) => daemonset)).size);
    }),
  );
});
