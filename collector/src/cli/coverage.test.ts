import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiFailure, type KubeObject } from '@rollcall/embedded-kube';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { coverage } from './coverage.ts';
import { runCommand, type Outcome } from './test-run.ts';

let cluster: TestKube;

function run(...argv: readonly string[]): Promise<Outcome> {
  return runCommand(coverage, ['--kubeconfig', cluster.kubeconfig, ...argv]);
}

/** 100 nodes, of which DaemonSet `a` covers 99 and `b` all; `c` wants nodes that are not there. */
function populate(): void {
  for (let n = 0; n < 100; n += 1) cluster.node(`n${String(n).padStart(2, '0')}`, { pool: 'p' });
  for (const name of ['a', 'b']) cluster.daemonSet(name);
  cluster.daemonSet('c', { namespace: 'others', nodeSelector: { gpu: 'yes' } });
  for (let n = 0; n < 100; n += 1) {
    const node = `n${String(n).padStart(2, '0')}`;
    cluster.pod('b', node);
    const waiting = { reason: 'CrashLoopBackOff', message: 'back-off\n5m0s' };
    cluster.pod('a', node, n === 7 ? { waiting } : {});
  }
}

const policy = (name: string, spec = `daemonSet: { name: ${name} }`): string =>
  `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: ${name}, namespace: agents }\nspec: { ${spec} }\n`;

async function put(text: string): Promise<string> {
  const file = join(cluster.folder, 'policy.yaml');
  await writeFile(file, text);
  return file;
}

describe('a look at a cluster without policies', () => {
  beforeAll(async () => {
    cluster = await startTestKube();
    populate();
  });
  afterAll(() => cluster.stop());

  test('is a table of all DaemonSets and the nodes that do not answer', async () => {
    expect(await run()).toEqual({
      code: 0,
      out: `\
NAMESPACE   DAEMONSET   EXPECTED   COVERED   UNCOVERED   UNOBSERVED   EXCUSED   COVERAGE   WORST REASON
agents      a           100        99        1           0            0         99.00%     CrashLoop
agents      b           100        100       0           0            0         100.00%    -
others      c           0          0         0           0            0         -          -

DAEMONSET   NODE   POOL   REASON      OWNER   MESSAGE
agents/a    n07    none   CrashLoop   agent   Container a of pod agents/a-n07 is in CrashLoopBackOff: back-off 5m0s.

Why, and what to do: rollcall explain n07 agents/a --kubeconfig ${cluster.kubeconfig}

Not evaluated in a single look: label drift, restarts, time (counters need \`rollcall serve\`).
`,
      err: 'No DaemonCoverage policy found: every DaemonSet is looked at, denominators are inferred.\n',
    });
  });

  test('has more columns when it is wide', async () => {
    const { out } = await run('agents/b', '-o', 'wide');
    expect(out).toBe(`\
NAMESPACE   DAEMONSET   EXPECTED   COVERED   UNCOVERED   UNOBSERVED   EXCUSED   COVERAGE   WORST REASON   CURRENT   ELIGIBLE   DESIRED   DIVERGENCE   STRAY   EXCLUDED   DENOMINATOR
agents      b           100        100       0           0            0         100.00%    -              100       100        0         100          0       0          inferred

Not evaluated in a single look: label drift, restarts, time (counters need \`rollcall serve\`).
`);
  });

  test('is the same in JSON and in YAML', async () => {
    const [json, yaml] = [await run('-o', 'json'), await run('-o', 'yaml')];
    const { items } = JSON.parse(json.out) as { items: readonly { policy: object; uncovered: readonly object[] }[] };
    expect(items).toMatchObject([
      { policy: { daemonset: 'a', coverage: 0.99 }, uncovered: [{ node: 'n07', reason: 'CrashLoop' }] },
      { policy: { daemonset: 'b', coverage: 1 }, uncovered: [] },
      { policy: { daemonset: 'c', coverage: null }, uncovered: [] },
    ]);
    // Since when is told from the moment of the look.
    const withoutTimes = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, own: unknown) => (key === 'since' ? 0 : own)));
    expect(withoutTimes(parse(yaml.out))).toEqual(withoutTimes({ items }));
  });

  test.each([
    [['agents/a', '--fail-below', '99'], 0],
    [['agents/a', '--fail-below', '99.000001'], 1],
    [['agents/a', '--fail-below', '98.99'], 0],
    [['agents/a', '--fail-below=99.01'], 1],
    [['agents/b', '--fail-below', '100'], 0],
    [['agents/a', 'agents/b', '--fail-below', '100'], 1],
    [['others/c', '--fail-below', '0'], 1],
    [['others/c'], 0],
    [['-n', 'agents', '--fail-below', '99'], 0],
    [['-n', 'nowhere', '--fail-below', '0'], 1],
    [['-n', 'nowhere'], 0],
  ])('%j exits with %i', async (argv, code) => {
    expect((await run(...argv)).code).toBe(code);
  });

  test('says which names nobody answers to, and shows the others', async () => {
    const { code, out, err } = await run('agents/b', 'agents/nobody', 'nowhere/b');
    expect(code).toBe(1);
    expect(out).toContain('agents      b ');
    expect(err).toContain(
      `error: no policy is about the DaemonSet "agents/nobody"; see 'rollcall coverage' for all there are, and --discover for those without a policy\n`,
    );
    expect(err).toContain('"nowhere/b"');
  });

  test('finds no DaemonSet where there is none', async () => {
    expect((await run('-n', 'nowhere')).out).toBe('No DaemonSet found.\n');
  });

  test('looks at the DaemonSets of policies only, once there is one, and at the others on demand', async () => {
    const file = await put(policy('b'));
    expect(await run('--policy', file)).toMatchObject({
      code: 0,
      err: '',
      out: expect.not.stringContaining('agents      a'),
    });
    const all = await run('--policy', file, '--discover', '-o', 'json');
    expect((JSON.parse(all.out) as { items: unknown }).items).toMatchObject([
      { policy: { daemonset: 'a', policy: { origin: 'Discover' } } },
      { policy: { daemonset: 'b', policy: { origin: 'File' } } },
      { policy: { daemonset: 'c', policy: { origin: 'Discover' } } },
    ]);
  });

  test('exits 1 for a rejected policy, and finds it by the DaemonSet that it names', async () => {
    const file = await put(policy('bad', 'daemonSet: { name: b }, team: 7'));
    const { code, out, err } = await run('agents/b', '--policy', file);
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain(`The policy agents/bad is rejected (Invalid): ${file}:1 spec.team: 7: `);
  });

  test('repeats in YAML what several policies have in common, and points nowhere', async () => {
    const file = await put(`${policy('b', 'team: 7')}---\n${policy('c', 'team: 8')}`);
    const { out } = await run('--policy', file, '-o', 'yaml');
    expect(out.match(/expected: 0$/gm)).toHaveLength(2);
  });

  test('says of a policy about no DaemonSet that it matches nothing', async () => {
    const file = await put(policy('nobody'));
    const { code, out } = await run('--policy', file, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      items: [{ policy: { daemonset: 'nobody', conditions: [{}, { type: 'NoNodesMatch', status: 'True' }] } }],
    });
    expect((await run('--policy', file, '--fail-below', '0')).code).toBe(1);
  });
});

describe('a look', () => {
  beforeEach(async () => {
    cluster = await startTestKube();
  });
  afterEach(() => cluster.stop());

  test('finds the policies of the API, and rejects the younger of two', async () => {
    cluster.node('n1');
    cluster.daemonSet('a');
    cluster.pod('a', 'n1');
    cluster.crd();
    cluster.policy('older', { daemonset: { name: 'a' } });
    cluster.policy('younger', { daemonset: { name: 'a' }, created: '2999-01-01T00:00:00Z' });
    const { code, out } = await run('agents/a', '--fail-below', '100');
    expect(code).toBe(1);
    expect(out).toContain('The policy agents/younger is rejected (Conflict): the DaemonSet agents/a already has');
    cluster.delete('DaemonCoverage', 'younger');
    expect((await run('agents/a', '--fail-below', '100')).code).toBe(0);
    expect(cluster.ready('older')).toBeUndefined();
  });

  test('lists once more when the server forgot the list between two pages', async () => {
    for (let n = 0; n < 600; n += 1) cluster.node(`n${n}`);
    cluster.daemonSet('a');
    const { store } = cluster.kube;
    const { list } = store.registry;
    let pages = 0;
    Object.assign(store.registry, {
      list: (...asked: Parameters<typeof list>) => {
        if (asked[0].kind === 'Node') pages += 1;
        if (pages === 2) {
          store.patch({ kind: 'Node', name: 'n1' }, { metadata: { labels: { changed: 'yes' } } });
          store.registry.compact();
        }
        return list(...asked);
      },
    });
    expect(await run('-o', 'json')).toMatchObject({ code: 0, out: expect.stringContaining('"expected": 600') });
    expect(pages).toBeGreaterThan(2);
  });

  test.each([
    [['--output', 'xml'], '--output: "xml" is unknown; use one of table, wide, json, yaml'],
    [['a'], '"a" is not NAMESPACE/DAEMONSET; write for example plexd-system/plexd'],
    [['a/b/c'], '"a/b/c" is not NAMESPACE/DAEMONSET; write for example plexd-system/plexd'],
    ...['', '-1', '100.1', '101', '1e1', '0x10', ' 99', 'all', '99.0000001', 'NaN'].map((text) => [
      [`--fail-below=${text}`],
      `--fail-below: "${text}" is no percentage; give a number from 0 to 100, for example 99`,
    ]),
    [['--loud'], '--loud is unknown; use one of --'],
    [['--fail-below'], "Option '--fail-below <value>' argument missing"],
  ] as [string[], string][])('is refused with the flags %j', async (argv, fault) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`error: ${fault}`);
    expect(err).toContain("See 'rollcall coverage --help' for usage.\n");
  });

  test('where policies are forbidden is taken without them only if it is asked to', async () => {
    cluster.daemonSet('a');
    cluster.crd();
    const { registry } = cluster.kube.store;
    const { list } = registry;
    Object.assign(registry, {
      list: (...asked: Parameters<typeof list>) => {
        if (asked[0].kind === 'DaemonCoverage')
          throw new ApiFailure({ code: 403, message: 'daemoncoverages is forbidden' });
        return list(...asked);
      },
    });
    const words = 'GET /apis/rollcall.dev/v1alpha1/daemoncoverages: daemoncoverages is forbidden';
    const mend = 'add --discover or --policy to look without the policies of the cluster, or have them allowed to you';
    expect(await run()).toEqual({ code: 3, out: '', err: `error: ${words}; ${mend}\n` });
    for (const flags of [['--discover'], ['--policy', await put(policy('a'))]]) {
      const { code, out, err } = await run(...flags);
      expect([code, out]).toEqual([0, expect.stringMatching(/^agents +a /m)]);
      expect(err).toContain(`warning: the policies of the cluster are not looked at: ${words}\n`);
    }
  });

  test('passes over an object that it cannot read, and says so', async () => {
    cluster.node('n1');
    cluster.daemonSet('a');
    const { registry } = cluster.kube.store;
    const type = registry.types().find(({ kind }) => kind === 'Node') ?? expect.fail('no nodes are served');
    const nameless = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2', uid: 7 } };
    registry.collection(type).put(nameless as unknown as KubeObject, registry.revision());
    const { code, out, err } = await run();
    expect([code, out]).toEqual([0, expect.stringMatching(/^agents +a +1 /m)]);
    expect(err).toContain(
      'warning: an object was passed over: /api/v1/nodes: projection refused: Node without metadata.uid\n',
    );
  });

  test('exits 3 when the cluster cannot be reached or read', async () => {
    await cluster.kube.faults.stopListening();
    expect(await run()).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/^error: GET .*ECONNREFUSED/) });
    expect(await run('--context', 'nowhere')).toMatchObject({ code: 3, err: expect.stringContaining('"nowhere"') });
  });

  test('ends when it is interrupted', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const config = join(cluster.folder, 'silent');
    const clusters = [{ name: 'x', cluster: { server } }];
    const contexts = [{ name: 'x', context: { cluster: 'x' } }];
    await writeFile(
      config,
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters, contexts, 'current-context': 'x' }),
    );
    const abort = new AbortController();
    const running = runCommand(coverage, ['--kubeconfig', config], abort.signal);
    const [socket] = (await once(silent, 'connection')) as [{ destroy(): void }];
    abort.abort();
    expect((await running).code).toBe(3);
    socket.destroy();
    silent.close();
  });
});
