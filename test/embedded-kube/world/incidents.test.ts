import { describe, expect, it } from 'vitest';
import { readList, readPath, readText, type Json } from '../objects/json.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { IncidentKind } from './incidents.ts';
import { conditionOf, coveredByApi, live, podOn, podsOf, statusOf, truthOf } from './test-world.ts';

describe('incidents', () => {
  const container = (pod: KubeObject | undefined): Json | undefined =>
    readList(pod, ['status', 'containerStatuses'])[0];

  it.each<{ kind: IncidentKind; reason: string; waiting: string; last: object | undefined }>([
    { kind: 'crashLoop', reason: 'CrashLoop', waiting: 'CrashLoopBackOff', last: { exitCode: 1, reason: 'Error' } },
    {
      kind: 'oomKilled',
      reason: 'OOMKilled',
      waiting: 'CrashLoopBackOff',
      last: { exitCode: 137, reason: 'OOMKilled' },
    },
    { kind: 'imagePull', reason: 'ImagePullFailed', waiting: 'ImagePullBackOff', last: undefined },
  ])('$kind shows in the container and heals', ({ kind, reason, waiting, last }) => {
    const { store, world, run } = live();
    const incident = world.start(kind, { daemon: 'monitoring/node-exporter', seconds: 30 });
    const node = incident?.node ?? '';
    run(20);
    const found = container(podOn(store, 'node-exporter', node));
    expect(readText(found, ['state', 'waiting', 'reason'])).toBe(waiting);
    if (last !== undefined) expect(readPath(found, ['lastState', 'terminated'])).toMatchObject(last);
    expect(truthOf(world, 'node-exporter', node)).toMatchObject({ verdict: 'uncovered', incident: kind });
    expect(truthOf(world, 'node-exporter', node)?.reasons).toContain(reason);
    expect(truthOf(world, 'plexd', node)).toMatchObject({ verdict: 'covered', incident: kind });
    run(40);
    expect(truthOf(world, 'node-exporter', node)).toEqual({
      node,
      pool: expect.any(String),
      verdict: 'covered',
      reasons: [],
    });
  });

  it('an unschedulable pod bears the scheduler’s words and no node name', () => {
    const { store, world, run } = live();
    const node = world.start('unschedulable', { daemon: 'logging/fluent-bit', seconds: 20 })?.node ?? '';
    run(10);
    const pod = podOn(store, 'fluent-bit', node);
    expect(readPath(pod, ['spec', 'nodeName'])).toBeUndefined();
    expect(conditionOf(pod, 'PodScheduled')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: expect.stringContaining("1 Insufficient cpu, 29 node(s) didn't satisfy plugin(s) [NodeAffinity]"),
    });
    expect(truthOf(world, 'fluent-bit', node)?.reasons).toContain('InsufficientResources');
    run(30);
    expect(truthOf(world, 'fluent-bit', node)?.verdict).toBe('covered');
    expect(conditionOf(podOn(store, 'fluent-bit', node), 'PodScheduled')).not.toHaveProperty('reason');
  });

  it('a dead node leaves the plain DaemonSet’s desired count, so that its status reads 100 %', () => {
    const { store, world, run } = live();
    const node = world.start('nodeUnreachable', { seconds: 60 })?.node ?? '';
    run(40);
    expect(truthOf(world, 'node-exporter', node)?.verdict).toBe('covered');
    run(20);
    expect(conditionOf(store.get({ kind: 'Node', name: node }), 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
    });
    const taints = readList(store.get({ kind: 'Node', name: node }), ['spec', 'taints']);
    expect(taints.map((taint) => readText(taint, ['effect']))).toEqual(['NoSchedule', 'NoExecute']);
    expect(statusOf(store, 'node-exporter')).toMatchObject({
      desiredNumberScheduled: 29,
      numberReady: 29,
      numberMisscheduled: 1,
    });
    expect(statusOf(store, 'plexd')).toMatchObject({ desiredNumberScheduled: 30, numberReady: 29 });
    for (const daemon of ['plexd', 'node-exporter']) {
      expect(truthOf(world, daemon, node)).toMatchObject({ verdict: 'uncovered', incident: 'nodeUnreachable' });
    }
    run(70);
    expect(world.truth().every(({ uncovered }) => uncovered === 0)).toBe(true);
    expect(readList(store.get({ kind: 'Node', name: node }), ['spec', 'taints'])).toEqual([]);
  });

  it('a node whose kubelet says so is not ready at once', () => {
    const { store, world, run } = live();
    const node = world.start('nodeNotReady', { seconds: 20 })?.node ?? '';
    run(1);
    expect(conditionOf(store.get({ kind: 'Node', name: node }), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
    });
    expect(truthOf(world, 'plexd', node)?.reasons).toContain('NodeNotReady');
  });

  it('a lost label costs only the daemon that selects by it, and says who took it', () => {
    const { store, world, run } = live();
    const node = world.start('labelLost', { seconds: 20 })?.node ?? '';
    run(5);
    expect(podOn(store, 'fluent-bit', node)).toBeUndefined();
    expect(truthOf(world, 'fluent-bit', node)?.reasons).toContain('LabelDrift');
    expect(truthOf(world, 'plexd', node)?.verdict).toBe('covered');
    expect(store.get({ kind: 'Node', name: node })?.metadata.labels).not.toHaveProperty('role');
    run(30);
    expect(truthOf(world, 'fluent-bit', node)?.verdict).toBe('covered');
    const managers = store.get({ kind: 'Node', name: node })?.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).toContain('kubectl-label');
  });

  it('an untolerated taint takes the pods that must not stay, and only those', () => {
    const verdicts = new Set<string>();
    for (let seed = 1; seed <= 6; seed += 1) {
      const { store, world, run } = live({ seed });
      const node = world.start('taint', { seconds: 20 })?.node ?? '';
      run(8);
      const [taint] = readList(store.get({ kind: 'Node', name: node }), ['spec', 'taints']);
      const verdict = truthOf(world, 'node-exporter', node)?.verdict ?? '';
      verdicts.add(verdict);
      expect(verdict).toBe(readText(taint, ['effect']) === 'NoExecute' ? 'uncovered' : 'covered');
      expect(truthOf(world, 'plexd', node)?.verdict).toBe('covered');
    }
    expect([...verdicts].sort()).toEqual(['covered', 'uncovered']);
  });

  it('a drained node is excused, then gone, and a new one joins in its pool', () => {
    const { store, world, run } = live({ incidents: ['join'] });
    const node = world.start('drain', { seconds: 10 })?.node ?? '';
    const pool = truthOf(world, 'plexd', node)?.pool;
    run(5);
    expect(truthOf(world, 'plexd', node)).toMatchObject({ verdict: 'excused', excuse: 'Leaving' });
    run(6);
    expect(store.get({ kind: 'Node', name: node })).toBeUndefined();
    const joined: string[] = [];
    run(60, () => {
      for (const row of world.truth()[1]?.nodes ?? [])
        if (row.excuse === 'Joining') joined.push(`${row.pool} ${row.verdict}`);
    });
    expect(new Set(joined)).toEqual(new Set([`${pool ?? ''} excused`]));
    expect(world.truth().map(({ expected, covered }) => expected - covered)).toEqual([0, 0, 0]);
    expect(store.list('Pod').some((pod) => readText(pod, ['spec', 'nodeName']) === node)).toBe(false);
  });

  it('a rollout replaces every pod within its budget', () => {
    const { store, world, run } = live();
    const before = new Set(podsOf(store, 'node-exporter').map(({ metadata }) => metadata.uid));
    world.start('rollout', { daemon: 'monitoring/node-exporter' });
    let worst = 0;
    run(90, () => (worst = Math.max(worst, world.truth()[1]?.uncovered ?? 0)));
    expect(podsOf(store, 'node-exporter').filter(({ metadata }) => before.has(metadata.uid))).toEqual([]);
    expect(worst).toBe(4);
    expect(statusOf(store, 'node-exporter')).toMatchObject({
      updatedNumberScheduled: 30,
      numberReady: 30,
      observedGeneration: 2,
    });
    expect(store.list('ControllerRevision')).toHaveLength(4);
  });

  it('bears with others who delete what it lives on', () => {
    const { store, world, run } = live();
    const name = world.truth()[0]?.nodes[0]?.node ?? '';
    store.delete({ kind: 'Node', name });
    store.delete({ kind: 'DaemonSet', name: 'node-exporter', namespace: 'monitoring' });
    for (const { metadata } of podsOf(store, 'plexd')) {
      store.delete({ kind: 'Pod', name: metadata.name, namespace: 'plexd-system' }, { gracePeriodSeconds: 0 });
    }
    run(360);
    expect(world.truth().map(({ nodes, covered }) => [nodes.length, covered])).toEqual([
      [29, 29],
      [29, 0],
      [29, coveredByApi(store, 'fluent-bit').size],
    ]);
    expect(podsOf(store, 'node-exporter')).toEqual([]);
  });
});
