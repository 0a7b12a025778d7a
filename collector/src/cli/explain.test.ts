import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { explain } from './explain.ts';
import { populate, runCommand, startServe, type Outcome, type RunningServe } from './test-run.ts';

let cluster: TestKube;

function run(...argv: readonly string[]): Promise<Outcome> {
  return runCommand(explain, ['--kubeconfig', cluster.kubeconfig, ...argv]);
}

beforeAll(async () => {
  cluster = await startTestKube();
  populate(cluster);
  cluster.daemonSet('b', { namespace: 'others' });
  for (const node of ['n1', 'n2', 'n3']) cluster.pod('b', node, { namespace: 'others' });
  cluster.pod('a', 'n3', { waiting: { reason: 'ErrImagePull', message: '1.2: not found' } });
});
afterAll(() => cluster.stop());

describe('a fresh look at a node', () => {
  test('tells the whole chain where it is not covered, and one line where it is', async () => {
    const { code, out, err } = await run('n3');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.replaceAll(cluster.kubeconfig, 'FILE')).toBe(`\
n3: NOT covered by agents/a: ImagePullFailed (owner: rollout)

why:   Container a of pod agents/a-n3 cannot get image a [404, no such image] (ErrImagePull): 1.2: not found.
do:    Check image name, tag, pull secret and registry; roll back if the tag is wrong.
         kubectl --kubeconfig FILE describe pod a-n3 -n agents
         kubectl --kubeconfig FILE rollout undo daemonset a -n agents
more:  alerts/runbooks/ImagePullFailed.md

checks:
  ok       DaemonSet        agents/a
  ok       in scope         by the DaemonSet's template, pool none
  ok       eligible         the DaemonSet's selector, affinity and tolerations let it in
  ok       node Ready       for 1 d
  ok       pod on the node  agents/a-n3, Running
  FAILED   container a      waits (ErrImagePull): 1.2: not found, not ready
  follows  pod Ready        False
  ok       newest revision  h1

n3: covered by others/b

Not evaluated in a single look: since when, what was before, label drift, used-up excuses (a running collector knows: --server).
`);
  });

  test('tells the worst first', async () => {
    cluster.pod('b', 'n2', { namespace: 'others', waiting: { reason: 'CrashLoopBackOff', message: '' } });
    const { code, out } = await run('n2');
    const json = JSON.parse((await run('n2', '-o', 'json')).out) as object;
    cluster.pod('b', 'n2', { namespace: 'others' });
    expect(json).toMatchObject({ items: [{ namespace: 'others' }, { namespace: 'agents' }] });
    expect(code).toBe(1);
    expect(out).toMatch(/^n2: NOT covered by others\/b: CrashLoop[^]*\nn2: covered by agents\/a\n/);
  });

  test('is fine when every daemon is there, and tells the chain of the one that is asked for', async () => {
    const all = await run('n1');
    expect(all.code).toBe(0);
    expect(all.out).toContain('n1: covered by agents/a\nn1: covered by others/b\n');
    const { code, out } = await run('node/n1', 'b');
    expect(code).toBe(0);
    expect(out).toMatch(/^n1: covered by others\/b\n\ndo: {4}Nothing\.\n\nchecks:\n/);
  });

  test('tells why its pod is refused, and when that is tried again', async () => {
    const of = { kind: 'DaemonSet', name: 'b', namespace: 'others' };
    const uid = cluster.kube.store.get(of)?.metadata.uid;
    const second = (ago: number): string => new Date(Date.now() - ago).toISOString().replace(/\.\d+/, '');
    cluster.kube.store.apply({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'b.1', namespace: 'others' },
      involvedObject: { ...of, uid },
      reason: 'FailedCreate',
      message: '(combined from similar events): Error creating: pods "b-x" is forbidden: exceeded quota: none',
      type: 'Warning',
      count: 18,
      firstTimestamp: second(700_000),
      lastTimestamp: second(50_000),
    } as never);
    cluster.delete('Pod', 'b-n1', 'others');
    const { out } = await run('n1', 'b');
    cluster.pod('b', 'n1', { namespace: 'others' });
    expect(out).toMatch(/^n1: NOT covered by others\/b: QuotaExceeded \(owner: platform\)\n/);
    expect(out).toContain('why:   The API server refuses the pod: pods "b-x" is forbidden: exceeded quota: none.');
    expect(out).toMatch(/\nretry: in (9|10) min, by itself \(\d{4}-/);
  });

  test('is the same in JSON and in YAML', async () => {
    const [json, yaml] = [await run('n3', 'agents/a', '-o', 'json'), await run('n3', 'agents/a', '-o', 'yaml')];
    const shape = { items: [{ namespace: 'agents', daemonset: 'a', node: 'n3', reason: 'ImagePullFailed' }] };
    const [seen, same] = [JSON.parse(json.out) as { items: readonly object[] }, parse(yaml.out) as object];
    expect(seen).toMatchObject(shape);
    expect(seen.items[0]).not.toHaveProperty('since');
    expect(same).toEqual(seen);
  });
});

describe('a name that leads nowhere', () => {
  test.each([
    [['n4'], 'error: there is no node "n4"; did you mean n1?'],
    [['3'], 'error: there is no node "3"; did you mean n3?'],
    [['elsewhere'], 'error: there is no node "elsewhere"; there are n1, n2, n3'],
    [['n1', 'agent/a'], 'error: no policy is about the DaemonSet "agent/a"; did you mean agents/a?'],
    [['n1', 'zzzz'], 'error: no policy is about the DaemonSet "zzzz"; there are agents/a, others/b'],
    [[], 'error: no node is named; write for example: rollcall explain node-7'],
    [['n1', 'a', 'b'], 'error: "b" is one name too many'],
    [['n1', '-o', 'xml'], 'error: --output: "xml" is unknown; use one of text, json, yaml'],
    [['n1', '--server', 'here'], 'error: --server: "here" is no address; write for example http://127.0.0.1:8090'],
  ])('%j is answered with what there is', async (argv, error) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.startsWith(error), err).toBe(true);
  });

  test('of several DaemonSets the one that is meant has to be said', async () => {
    cluster.daemonSet('a', { namespace: 'others' });
    const { code, err } = await run('n1', 'a');
    cluster.delete('DaemonSet', 'a', 'others');
    expect(code).toBe(2);
    expect(err).toBe('error: "a" is the name of several DaemonSets; write one of agents/a, others/a\n');
  });

  test('a policy that is rejected says why there is nothing to tell', async () => {
    cluster.crd();
    cluster.policy('a', { spec: { health: { pod: { enabled: false } } } });
    const { code, err } = await run('n1');
    cluster.delete('DaemonCoverage', 'a');
    expect(code).toBe(2);
    expect(err).toMatch(/^error: the policy agents\/a is rejected \(/);
  });

  test('an unknown source of Daemons is told with its mend, and a second policy of the same name does not make two DaemonSets', async () => {
    cluster.crd();
    cluster.policy('a', { spec: { health: { daemon: { source: 'vendor' } } } });
    cluster.policy('z', { spec: { daemonSet: { name: 'a' }, health: { daemon: { source: 'vendor' } } } });
    const { code, out, err } = await run('n1', 'a');
    cluster.delete('DaemonCoverage', 'a');
    cluster.delete('DaemonCoverage', 'z');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain(
      'do:    the source of Daemons "vendor" is unknown to the collector; start the collector with --daemon-source',
    );
  });
});

describe('a running collector', () => {
  let collector: RunningServe;
  beforeAll(async () => {
    collector = await startServe(['--kubeconfig', cluster.kubeconfig, '--discover']);
    await until(() => collector.isReady(), 'the collector to be ready');
  });
  afterAll(() => collector.interrupt());

  test('knows since when, and what was before', async () => {
    const { code, out } = await runCommand(explain, ['n3', '--server', collector.url]);
    expect(code).toBe(1);
    expect(out).toMatch(/^n3: NOT covered by agents\/a for \d+ s: ImagePullFailed/);
    expect(out).toMatch(/history, newest first:\n.* -> uncovered, ImagePullFailed\n/);
    expect(out).toContain('kubectl rollout undo daemonset a -n agents');
    expect(out).not.toContain('Not evaluated');
    const json = await runCommand(explain, ['n3', 'agents/a', '-o', 'json', '--server', collector.url]);
    expect(JSON.parse(json.out)).toMatchObject({
      items: [{ node: 'n3', since: expect.stringContaining('Z') as string }],
    });
  });

  test('says what is nearest as well', async () => {
    const { code, err } = await runCommand(explain, ['n4', 'agents/a', '--server', collector.url]);
    expect({ code, err }).toEqual({ code: 2, err: 'error: there is no node "n4"; did you mean n1?\n' });
  });
});

test('where nothing listens it is said how to begin', async () => {
  const { code, err } = await runCommand(explain, ['n1', '--server', 'http://127.0.0.1:1']);
  expect(code).toBe(3);
  expect(err).toContain(
    "nothing listens there; start 'rollcall serve', or reach the one in a cluster: kubectl port-forward",
  );
});

test('a cluster that cannot be read is said', async () => {
  const { code, err } = await runCommand(explain, ['n1', '--kubeconfig', '/nowhere']);
  expect({ code, isNamed: err.includes('/nowhere') }).toEqual({ code: 3, isNamed: true });
});
