import type { HeartbeatObject, Policy } from '@rollcall/contract';
import { describe, expect, it, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { SECOND } from '../test-objects.ts';

const HEARTBEATS = { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };
const ALL: Partial<Policy> = {
  heartbeatLayer: HEARTBEATS,
  meshLayer: { minimumPeersRatio: 0.5 },
  ingestionLayer: { maxLagMs: 30 * SECOND },
  objectives: [{ sli: 'freshness', target: 0.99, windowMs: 1 }],
};

/** An agent with a clock of its own, `aheadMs` before ours, that says what the case is about. */
function createAgent(cluster: TestCluster, node: string, aheadMs = 0) {
  let sequence = 0;
  return {
    beat: (changes: Partial<HeartbeatObject> = {}): void => {
      sequence += 1;
      const sentAt = cluster.now().wallMs + aheadMs;
      const object: HeartbeatObject = {
        ownerUid: 'ds-agent',
        node,
        podUid: `pod-${node}`,
        bootId: 'b1',
        sequence,
        sentAt,
        ackedThrough: sentAt - SECOND,
        telemetry: [],
        errors: [],
        mesh: { peersConnected: 2, peersTotal: 2 },
        ...changes,
      };
      cluster.send({ kind: 'heartbeat', uid: object.podUid, object });
    },
  };
}

function freshnessOf(cluster: TestCluster): readonly number[] {
  const pools = cluster.reading().pools.flatMap(({ slis }) => slis.filter(({ sli }) => sli === 'freshness'));
  return pools.flatMap(({ validMs, goodMs, unobservedMs }) => [validMs, goodMs, unobservedMs]);
}

describe('silence', () => {
  it('of an agent that was heard twice is bad after 3 periods, and good again with the next heartbeat', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    expect(cluster.state('n')).toBe('unobserved');
    agent.beat();
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(10 * SECOND);
    agent.beat();
    cluster.wait(30 * SECOND - 1);
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('uncovered:HeartbeatStale');
    agent.beat();
    expect(cluster.state('n')).toBe('covered');
  });

  it('means nothing of an agent that was heard once', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    createAgent(cluster, 'n').beat();
    cluster.wait(3600 * SECOND);
    expect(cluster.state('n')).toBe('unobserved');
  });

  it('is that of its own period for an agent that is slower than its policy, up to three times as long', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    for (let i = 0; i < 20; i += 1) {
      agent.beat();
      cluster.wait(25 * SECOND);
    }
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(50 * SECOND);
    expect(cluster.state('n')).toBe('uncovered:HeartbeatStale');
  });

  it('counts from when a pod is Ready that follows the one that was heard', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    agent.beat();
    cluster.wait(10 * SECOND);
    agent.beat();
    cluster.podGone('pod-n');
    cluster.wait(60 * SECOND);
    cluster.pod('n', { uid: 'pod-2', name: 'agent-2', readySince: cluster.now().wallMs });
    expect(cluster.state('n')).toBe('unobserved');
    cluster.wait(30 * SECOND);
    expect(cluster.state('n')).toBe('uncovered:HeartbeatStale');
  });

  it('is not known to be silence for 3 periods after a replica began to lead, while life is', () => {
    const cluster = createCoveredCluster(['gone', 'here'], { heartbeatLayer: HEARTBEATS });
    const lead = (leader: boolean): void =>
      cluster.send({ kind: 'role', uid: '', leader, untilMonoMs: cluster.now().monoMs + 3600 * SECOND });
    lead(false);
    const [gone, here] = [createAgent(cluster, 'gone'), createAgent(cluster, 'here')];
    for (const agent of [gone, here, gone, here]) agent.beat();
    cluster.wait(30 * SECOND);
    here.beat();
    expect(cluster.state('gone')).toBe('uncovered:HeartbeatStale');
    lead(true);
    expect([cluster.state('gone'), cluster.state('here')]).toEqual(['unobserved', 'covered']);
    cluster.wait(29 * SECOND);
    here.beat();
    cluster.wait(SECOND);
    expect([cluster.state('gone'), cluster.state('here')]).toEqual(['uncovered:HeartbeatStale', 'covered']);
  });
});

describe('a heartbeat', () => {
  it('that was there before, or comes too late, changes nothing and is counted as replayed', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    agent.beat({ sequence: 5 });
    agent.beat({ sequence: 6 });
    cluster.wait(29 * SECOND);
    for (const sequence of [6, 5, 1]) agent.beat({ sequence });
    cluster.wait(SECOND);
    expect(cluster.state('n')).toBe('uncovered:HeartbeatStale');
    agent.beat({ bootId: 'b2', sequence: 1 });
    expect(cluster.state('n')).toBe('covered');
    agent.beat({ bootId: 'b1', sequence: 7 });
    const counted = cluster.reading().pools.flatMap(({ tallies }) => tallies.filter(({ of }) => of === 'heartbeats'));
    expect(counted.map(({ label, slots }) => [label, slots[0]])).toEqual([
      ['accepted', 3],
      ['replayed', 4],
    ]);
  });

  it('counts what came since the one before: all of a new boot, and nothing at first sight', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    const telemetry = (sent: number) => [{ component: 'logs', sent, dropped: 0 }];
    agent.beat({ telemetry: telemetry(100) });
    agent.beat({ telemetry: telemetry(130) });
    agent.beat({ bootId: 'b2', sequence: 1, telemetry: telemetry(7) });
    const sent = cluster.reading().pools.flatMap(({ tallies }) => tallies.filter(({ of }) => of === 'telemetrySent'));
    expect(sent.map(({ label, slots }) => [label, slots[0]])).toEqual([['logs', 37]]);
  });

  it('is forgotten with its node', () => {
    const cluster = createCoveredCluster(['n'], { heartbeatLayer: HEARTBEATS });
    const agent = createAgent(cluster, 'n');
    agent.beat();
    agent.beat();
    cluster.nodeGone('n');
    cluster.node('n', { uid: 'another' });
    cluster.wait(60 * SECOND);
    expect(cluster.state('n')).toBe('unobserved');
  });
});

describe('freshness', () => {
  it('is what the newest record took for 2 periods after it was acknowledged, and its age from then on', () => {
    const cluster = createCoveredCluster(['n'], ALL);
    const agent = createAgent(cluster, 'n');
    agent.beat();
    cluster.wait(10 * SECOND);
    agent.beat();
    const { ackedThrough } = { ackedThrough: cluster.now().wallMs - SECOND };
    // The agent lives, and nothing more is acknowledged: 1 s old when it was, so 30 s old 29 s later.
    for (let i = 0; i < 2; i += 1) {
      cluster.wait(10 * SECOND);
      agent.beat({ ackedThrough });
    }
    cluster.wait(9 * SECOND - 1);
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('uncovered:IngestionLagging');
    cluster.wait(SECOND);
    expect(freshnessOf(cluster)).toEqual([40 * SECOND, 39 * SECOND, 0]);
    agent.beat();
    expect(cluster.state('n')).toBe('covered');
  });

  it('is unobserved while no heartbeat tells what was acknowledged', () => {
    const cluster = createCoveredCluster(['n'], ALL);
    createAgent(cluster, 'n').beat({ ackedThrough: undefined });
    cluster.wait(5 * SECOND);
    expect(cluster.state('n')).toBe('unobserved');
    expect(freshnessOf(cluster)).toEqual([0, 0, 5 * SECOND]);
  });

  it('does not stay for ever with a time in the future', () => {
    const cluster = createCoveredCluster(['n'], ALL);
    const agent = createAgent(cluster, 'n');
    const ackedThrough = cluster.now().wallMs + 86_400 * SECOND;
    for (let i = 0; i < 4; i += 1) {
      agent.beat({ ackedThrough });
      cluster.wait(10 * SECOND);
    }
    expect(cluster.state('n')).toBe('uncovered:IngestionLagging');
  });
});

test.each([-3_600, -120, 0, 120, 3_600])('a clock that is %i s off, or steps there, flips no verdict', (seconds) => {
  const cluster = createCoveredCluster(['steady', 'steps'], ALL);
  const agents = [createAgent(cluster, 'steady', seconds * SECOND), createAgent(cluster, 'steps')];
  const stepped = createAgent(cluster, 'steps', seconds * SECOND);
  const seen = new Set<string>();
  for (let i = 1; i <= 60; i += 1) {
    const [steady, steps] = agents;
    steady?.beat();
    if (i < 30) steps?.beat();
    else stepped.beat({ sequence: 100 + i });
    for (let waited = 0; waited < 10; waited += 1) {
      seen.add(cluster.state('steady')).add(cluster.state('steps'));
      cluster.wait(SECOND);
    }
  }
  expect([...seen]).toEqual(['covered']);
  const [pool] = cluster.reading().pools;
  expect(pool?.reports?.skewMaxMs).toBe(Math.abs(seconds) * SECOND);
});

test('nearly all nodes lagging at once is one fault of the sink, until half of them are fresh again', () => {
  const nodes = Array.from({ length: 10 }, (_, index) => `n${index}`);
  const cluster = createCoveredCluster(nodes, ALL);
  const agents = nodes.map((node) => createAgent(cluster, node));
  const beatAll = (lagging: number): void => {
    const ackedThrough = cluster.now().wallMs - 60 * SECOND;
    agents.forEach((agent, index) => agent.beat(index < lagging ? { ackedThrough } : {}));
    cluster.wait(10 * SECOND);
  };
  const reasons = (): readonly string[] => [...new Set(nodes.map((node) => cluster.state(node)))].toSorted();
  beatAll(2);
  expect(reasons()).toEqual(['covered', 'uncovered:IngestionLagging']);
  beatAll(9);
  expect(reasons()).toEqual(['covered', 'uncovered:SinkUnavailable']);
  beatAll(5);
  expect(reasons()).toEqual(['covered', 'uncovered:SinkUnavailable']);
  beatAll(4);
  expect(reasons()).toEqual(['covered', 'uncovered:IngestionLagging']);
  beatAll(0);
  expect(reasons()).toEqual(['covered']);
});
