import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { generate } from './generate.ts';

async function run(argv: readonly string[], stdin: string) {
  const written = { out: '', err: '' };
  const code = await generate.run(argv, {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => stdin,
    signal: AbortSignal.abort(),
  });
  return { code, ...written };
}

interface Objective {
  readonly sli: string;
  readonly target: number;
  readonly window: string;
  readonly timeZone?: string;
  readonly owners?: readonly string[];
}

function policyOf(namespace: string, daemonset: string, objectives: readonly Objective[]): object {
  return {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: daemonset, namespace },
    spec: { daemonSet: { name: daemonset }, objectives },
  };
}

const toOpenSlo = (policy: object) => run(['openslo', '--policies', '-'], stringify(policy));
const toPolicies = (text: string) => run(['policies', '--openslo', '-'], text);

const window = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map((days) => ({ window: `${days}d` })),
  fc.record({
    window: fc.constantFrom('Week', 'Month', 'Quarter'),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'),
  }),
);
const owners = fc.option(fc.uniqueArray(fc.constantFrom('agent', 'node', 'platform', 'rollout'), { minLength: 1 }));
const slis = fc.uniqueArray(fc.constantFrom('coverage', 'join', 'stability', 'resources'), { minLength: 1 });
const objectives = slis.chain((names) =>
  fc.tuple(
    ...names.map((sli) =>
      fc
        .record({ target: fc.integer({ min: 50_001, max: 99_999 }), window, owners })
        .map(({ target, window: own, owners: of }): Objective => ({
          sli,
          target: target / 1000,
          ...own,
          ...(sli === 'coverage' && of !== null ? { owners: of } : {}),
        })),
    ),
  ),
);
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,20}){0,2}$/);

/** An SLO of another hand: its own indicator, rates with windows, days as hours. */
function foreign(own: {
  readonly good?: string;
  readonly total?: string;
  readonly duration?: string;
  readonly spec?: object;
}): string {
  const {
    good = 'good_node_seconds_total',
    total = 'namespace="n",daemonset="d",sli="coverage"',
    duration = '672h',
  } = own;
  const source = (query: string) => ({ metricSource: { type: 'Prometheus', spec: { query } } });
  return stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'mine' },
    spec: {
      service: 's',
      indicator: {
        metadata: { name: 'i' },
        spec: {
          ratioMetric: {
            counter: true,
            good: source(`sum(rate(rollcall_${good}{sli="coverage", namespace="n", daemonset="d"}[5m]))`),
            total: source(`sum by (daemonset) (rate(rollcall_valid_node_seconds_total{${total}}[5m]))`),
          },
        },
      },
      budgetingMethod: 'Occurrences',
      timeWindow: [{ duration, isRolling: true }],
      objectives: [{ targetPercent: 99.5 }],
      ...own.spec,
    },
  });
}

describe('OpenSLO', () => {
  test('carries every objective there and back', () =>
    fc.assert(
      fc.asyncProperty(name, name, objectives, async (namespace, daemonset, own) => {
        const policy = policyOf(namespace, daemonset, own);
        const { code, out } = await toOpenSlo(policy);
        expect(code).toBe(0);
        const back = await toPolicies(out);
        expect(back.err).not.toContain('left out');
        expect(parseAllDocuments(back.out).map((document) => document.toJS())).toEqual([policy]);
      }),
      { numRuns: 60 },
    ));

  test('has names of at most 63 characters, each once per kind', async () => {
    const policy = policyOf('n'.repeat(40), `${'d'.repeat(40)}.x`, [
      { sli: 'coverage', target: 99, window: '30d' },
      { sli: 'join', target: 99, window: '30d' },
    ]);
    const { out } = await toOpenSlo(policy);
    const names = parseAllDocuments(out).map((document) => {
      const { kind, metadata } = document.toJS() as { kind: string; metadata: { name: string } };
      expect(metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
      return `${kind} ${metadata.name}`;
    });
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(10);
  });

  test('says what documents cannot hold', async () => {
    const { err } = await toOpenSlo(policyOf('n', 'd', [{ sli: 'join', target: 60, window: '30d' }]));
    expect(err).toContain('n/d, join: page_fast is left out, since not even a loss of everything burns so fast');
    expect(err).toContain('n/d: the short windows of burn alerts');
  });

  test('refuses two policies whose objectives would have one name', async () => {
    const own = [{ sli: 'coverage', target: 99, window: '30d' }];
    const two = [policyOf('a-b', 'c', own), policyOf('a', 'b-c', own)].map((policy) => stringify(policy)).join('---\n');
    const { code, err } = await run(['openslo', '--policies', '-'], two);
    expect(code).toBe(2);
    expect(err).toContain('would both be the Service a-b-c');
  });

  test('takes an SLO of another hand', async () => {
    const { code, out } = await toPolicies(foreign({}));
    expect(code).toBe(0);
    expect(out).toContain('    - sli: coverage\n      target: 99.5\n      window: 28d\n');
  });

  test.each([
    ['another good counter', { good: 'joins_total' }, 'its counters are not a pair'],
    [
      'a matcher more',
      { total: 'namespace="n",daemonset="d",sli="coverage",node_pool="p"' },
      'its counters are not a pair',
    ],
    ['another policy', { total: 'namespace="m",daemonset="d",sli="coverage"' }, 'about different policies'],
    ['no policy', { total: 'sli="coverage"' }, 'does not name one namespace and one daemonset'],
    ['a matcher that is not read', { total: 'namespace!="n",daemonset="d"' }, 'not one counter of Rollcall each'],
    ['a rolling month', { duration: '1M' }, 'its rolling window of 1M is no whole number of days'],
    ['part of a day', { duration: '25h' }, 'its rolling window of 25h is no whole number of days'],
    ['time slices', { spec: { budgetingMethod: 'Timeslices' } }, 'its budgetingMethod is Timeslices'],
    ['two objectives', { spec: { objectives: [{ target: 0.9 }, { target: 0.99 }] } }, 'spec.objectives: '],
  ])('leaves out an SLO with %s, and exits 1', async (_, own, message) => {
    const { code, out, err } = await toPolicies(foreign(own));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`SLO mine: is left out: `);
    expect(err).toContain(message);
  });

  test.each([
    ['2026-01-05 00:00:00', '1w', 'window: Week'],
    ['2026-01-04 00:00:00', '1w', 'no beginning of a Week'],
    ['2026-02-01T00:00:00Z', '1M', 'window: Month'],
    ['2026-02-01 00:00:00', '1Q', 'no beginning of a Quarter'],
    ['2026-04-01 00:00:00', '1Q', 'window: Quarter'],
    ['2026-04-01 12:00:00', '1M', 'no beginning of a Month'],
  ])('a calendar window from %s for %s: %s', async (startTime, duration, said) => {
    const timeWindow = [{ duration, isRolling: false, calendar: { startTime, timeZone: 'Europe/Berlin' } }];
    const { out, err } = await toPolicies(foreign({ spec: { timeWindow } }));
    expect(out + err).toContain(said);
  });

  test('refuses what the schema of policies refuses: a target too low, an indicator aimed at twice', async () => {
    const low = await toPolicies(foreign({ spec: { objectives: [{ target: 0.4 }] } }));
    expect(low.code).toBe(2);
    expect(low.err).toContain('spec.objectives[0].target');
    const twice = await toPolicies(`${foreign({})}---\n${foreign({})}`);
    expect(twice.code).toBe(2);
    expect(twice.err).toContain('spec.objectives');
  });

  test('refuses what is no OpenSLO', async () => {
    expect((await toPolicies('kind: SLO\n')).err).toContain('a document is not of openslo/v1');
    expect((await run(['policies'], '')).err).toContain('--openslo is missing');
  });
});
