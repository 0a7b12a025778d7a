import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueToken, parseNodeQuery } from './node-query.ts';

function fault(search: string): string | undefined {
  const parsed = parseNodeQuery(new URLSearchParams(search));
  return 'fault' in parsed ? parsed.fault : undefined;
}

describe('the query of the node list', () => {
  it('is 500 nodes of every state unless it says otherwise', () => {
    const query = { state: undefined, reason: undefined, pool: undefined, limit: 500, after: undefined };
    expect(parseNodeQuery(new URLSearchParams())).toEqual({ query });
  });

  it('takes every parameter together', () => {
    const search = `state=uncovered&reason=CrashLoop&pool=gpu%20a&limit=5000&continue=${continueToken('n-1')}`;
    const query = { state: 'uncovered', reason: 'CrashLoop', pool: 'gpu a', limit: 5000, after: 'n-1' };
    expect(parseNodeQuery(new URLSearchParams(search))).toEqual({ query });
  });

  it('takes an excuse as reason', () => {
    expect(parseNodeQuery(new URLSearchParams('reason=Joining'))).toMatchObject({ query: { reason: 'Joining' } });
  });

  it.each([
    ['state=dead', 'Parameter state is "dead"; it must be one of covered, uncovered, unobserved, excused,'],
    ['state=', 'Parameter state is ""; it must be one of'],
    ['reason=crashloop', 'Parameter reason is "crashloop"; it must be one of DaemonSetMissing,'],
    ['reason=constructor', 'Parameter reason is "constructor"; it must be one of'],
    ['pool=', 'Parameter pool is ""; it must be the name of a node pool.'],
    ['limit=0', 'Parameter limit is "0"; it must be an integer from 1 to 5000.'],
    ['limit=5001', 'Parameter limit is "5001"; it must be'],
    ['limit=1e3', 'Parameter limit is "1e3"; it must be'],
    ['limit=-1', 'Parameter limit is "-1"; it must be'],
    ['limit=010', 'Parameter limit is "010"; it must be'],
    ['continue=', 'Parameter continue is ""; it must be the `continue` of the page before'],
    ['continue=n-1', 'Parameter continue is "n-1"; it must be'],
    [`continue=${continueToken('')}`, 'it must be the `continue` of the page before'],
    [`continue=${continueToken('n-1')}!`, 'it must be the `continue` of the page before'],
    ['stat=uncovered', 'Unknown parameter "stat"; allowed are state, reason, pool, limit, continue.'],
    ['__proto__=1', 'Unknown parameter "__proto__"; allowed are'],
    ['state=covered&state=excused', 'Parameter state is given more than once; give it once.'],
    [`state=${'x'.repeat(9999)}`, `Parameter state is "${'x'.repeat(100)}"; it must be`],
  ])('refuses %s', (search, message) => {
    expect(fault(search)).toContain(message);
  });

  it('finds the node again behind which a token continues, whatever its key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const search = new URLSearchParams({ continue: continueToken(key) });
        expect(parseNodeQuery(search)).toMatchObject({ query: { after: key } });
      }),
    );
  });
});
