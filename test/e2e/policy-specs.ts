/** Random specs of policies near the border between valid and invalid, for comparing the API server's judgement with ours. */
import fc from 'fast-check';

/** A value that is right, now and then one that is not. */
function near<T>(right: readonly T[], wrong: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
}

/** An object of which each field is there half of the time; those that are required nearly always. */
function some(
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  required: readonly string[] = [],
): fc.Arbitrary<object> {
  const parts = Object.entries(fields).map(([name, arbitrary]) => {
    const there = arbitrary.map((value) => ({ [name]: value }));
    return fc.oneof(
      { weight: required.includes(name) ? 60 : 1, arbitrary: there },
      { weight: 1, arbitrary: fc.constant({}) },
    );
  });
  return fc.tuple(...parts).map((found) => Object.assign({}, ...found) as object);
}

function few<T>(item: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> {
  return fc.array(item, { maxLength });
}

function span(right: readonly string[]): fc.Arbitrary<string> {
  return near(right, ['', '5', '-5m', '1.5h', '1d', '5M', '30m1h', '25h', '9s', '100000h', '99999h99999m999999s']);
}

const word = near(['a', 'gpu', 'A-b_c.9', 'x'.repeat(63)], ['', '-', 'x'.repeat(64), 'ä', 'a b', 'a\n']);
const key = near(
  ['a', 'example.com/a', `${'x'.repeat(63)}.y/z`],
  ['Example.com/a', 'a/b/c', '/', '', 'x'.repeat(64), '-a', 'a./b'],
);

// Keys of maps are left valid: no structural schema can say what they must be.
const labels = fc.dictionary(fc.constantFrom('a', 'b', 'example.com/c'), word, { minKeys: 1, maxKeys: 2 });
const matching = fc.record({
  key,
  operator: near(['In', 'NotIn'], ['Exists', 'Gt']),
  values: fc.array(word, { minLength: 1, maxLength: 2 }),
});
const being = some({ key, operator: near(['Exists', 'DoesNotExist'], ['In']), values: near<string[]>([[]], [['a']]) }, [
  'key',
  'operator',
]);
const selector = some({ matchLabels: labels, matchExpressions: few(fc.oneof(matching, being)) }, ['matchLabels']);
const taints = few(
  some(
    {
      key: near(['a', 'b', 'example.com/*'], ['*', 'a*b', '', 'a b']),
      value: word,
      effect: near(['NoSchedule', 'NoExecute'], ['Never']),
    },
    ['key'],
  ),
);

const nodes = fc.oneof(
  some({ scope: near(['Inferred'], ['Explicit', 'explicit']), ...nodeFields() }),
  some({ scope: near(['Explicit'], ['Inferred']), selector, ...nodeFields() }, ['scope', 'selector']),
);

function nodeFields(): Readonly<Record<string, fc.Arbitrary<unknown>>> {
  return {
    exclude: few(
      some({ name: near(['a', 'b', 'c', 'd'], ['fargate', 'virtual-kubelet', 'A', '']), selector }, [
        'name',
        'selector',
      ]),
    ),
    poolLabels: fc.oneof(
      { weight: 30, arbitrary: few(key) },
      { weight: 1, arbitrary: fc.constant(Array(17).fill('a')) },
    ),
    minimum: fc.dictionary(fc.constantFrom('a', 'b'), near([1, 3, 100_000], [0, -1, 1.5, 100_001])),
    joiningTaints: taints,
    leavingTaints: taints,
    leavingAnnotations: few(some({ key, value: near(['', 'x'], ['y'.repeat(1025)]) }, ['key'])),
  };
}

const heartbeat = some({
  period: span(['1s', '10s', '5m']),
  staleAfter: near([1, 3], [0, 10, 101]),
  offlineAfter: near([4, 10, 1000], [1, 2, 3, 1001]),
});

const health = some({
  pod: some({
    enabled: near([true], [false]),
    startDeadline: span(['10s', '5m', '1h', '0h5m', '60m']),
    offPools: few(word, 3),
  }),
  daemon: some({ source: near(['riptides'], ['Riptides', '']), maxProbeAge: span(['1s', '90s', '1h']) }, ['source']),
  heartbeat,
  mesh: some({ minimumPeersRatio: near([0, 0.5, 1], [1.01, -0.1]) }, ['minimumPeersRatio']),
  ingestion: some({ maxLag: span(['30s', '1h']) }),
});

const exemption = some(
  {
    nodes: near<string[]>([['n1'], ['n1', 'n1.example.com']], [[], ['n1', 'n1'], ['N']]),
    selector,
    owner: near(['ana', 'Müller'], ['', 'two\nlines', 'o'.repeat(254)]),
    reason: near(['repair', 'x'.repeat(500)], ['x'.repeat(501), 'tab\there', '']),
    expires: near(
      ['2027-01-31T00:00:00Z', '2027-01-31T00:00:00.123+01:00'],
      ['2027-01-31', '2027-13-01T00:00:00Z', 'soon', ''],
    ),
  },
  ['nodes', 'owner', 'reason', 'expires'],
);

const objective = some(
  {
    sli: near(['coverage', 'join', 'stability', 'freshness'], ['speed']),
    target: near([50.001, 99, 99.999], [50, 99.9991, 100, 0.99]),
    window: near(['1d', '30d', '90d', 'Week', 'Month', 'Quarter'], ['91d', '0d', '720h', '01d', 'month', 'Year', '']),
    timeZone: near(
      ['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+5'],
      ['CET', '+02:00', 'Europe/', ''],
    ),
    owners: near([['agent'], ['agent', 'node']], [[], ['nobody'], ['agent', 'agent']]),
  },
  ['sli', 'target'],
);

/** A spec that is as often valid as not; keys of maps apart, there is no field that is not wrong at times. */
export const policySpec = some(
  {
    daemonSet: some({ name: near(['plexd', 'a.b'], ['Plexd', '', 'x'.repeat(254)]), namespace: near(['a'], ['a.b']) }, [
      'name',
    ]),
    nodes,
    health,
    grace: some({
      joining: span(['0s', '5m', '30m']),
      leaving: span(['0m', '15m', '1h', '3600s']),
      nodeNotReady: span(['15m', '24h', '23h59m60s']),
    }),
    nodeNotReady: near(['Expected', 'Excused'], ['Ignored']),
    exemptions: few(exemption),
    providesNetwork: near<unknown>([true, false], ['yes', 1]),
    objectives: few(objective),
    team: near(['platform', 'Ä ö', '😀'.repeat(63)], ['', 'two\nlines', 't'.repeat(64), '😀'.repeat(64)]),
    purpose: near<unknown>(['one line', null], ['', 7, 'a\u0007b']),
  },
  ['daemonSet'],
);
