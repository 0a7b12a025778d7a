import type { LagRow } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { rankLags } from './rank-lags.ts';

function row(counts: readonly number[], changes: Partial<LagRow> = {}): LagRow {
  const about = { cluster: '', policyUid: 'p', hour: 0, replica: '' };
  return { kind: 'lag', ...about, boundsMs: [100, 200, 1_000], counts, sumMs: 0, ...changes };
}

const name = (policyUid: string) => ({ namespace: 'agents', daemonset: policyUid });

describe('lags of a window', () => {
  test('are summed over its hours, and a quantile lies where its rank falls within a step', () => {
    const [lags] = rankLags([row([40, 0, 0, 0]), row([0, 40, 20, 0], { hour: 1 })], name);
    expect(lags).toEqual({ namespace: 'agents', daemonset: 'p', count: 100, p50Ms: 125, p95Ms: 800, p99Ms: 960 });
  });

  test('beyond the last bound are that bound', () => {
    expect(rankLags([row([1, 0, 0, 9])], name)).toMatchObject([{ count: 10, p50Ms: 1_000, p99Ms: 1_000 }]);
  });

  test('that were counted in other steps are summed by the bounds they lie under', () => {
    const other = row([0, 10], { boundsMs: [150] });
    expect(rankLags([row([10, 0, 0, 0]), other], name)).toMatchObject([{ count: 20, p50Ms: 100, p95Ms: 1_000 }]);
  });

  test('are of the policies that are meant, the worst first', () => {
    const rows = [
      row([9, 0, 0, 0], { policyUid: 'fast' }),
      row([0, 0, 9, 0], { policyUid: 'slow' }),
      row([0, 0, 9, 0], { policyUid: 'x' }),
    ];
    const lags = rankLags(rows, (uid) => (uid === 'x' ? undefined : name(uid)));
    expect(lags.map(({ daemonset }) => daemonset)).toEqual(['slow', 'fast']);
  });
});
