import { daemonSource, type DaemonObject } from '@rollcall/contract';
import { describe, expect, it } from 'vitest';
import { condition, HOUR, MINUTE, SECOND, type NodeChanges, readyAs } from '../test-objects.ts';
import { createScene, describeIt, MAX_AGE } from './test-daemons.ts';

// The example of "Daemon" in the Riptides docs.
const EXAMPLE: Partial<DaemonObject> = {
  name: '78e58ba0-275e-4dc2-876b-ae7f066d300d',
  uid: '78e58ba0',
  workloadId: 'riptides/daemon/123456789012/eu-west-1/i-0123456789abcdef0',
  instanceIds: ['i-0123456789abcdef0', 'i-0123456789abcdef0'],
  hosts: ['ip-10-0-1-100.eu-west-1.compute.internal'],
  ips: ['10.0.1.100'],
};
const ITS_NODE: NodeChanges = {
  providerId: 'aws:///eu-west-1b/i-0123456789abcdef0',
  ips: ['10.0.1.100'],
};
const ITS_NAME = 'ip-10-0-1-100.eu-west-1.compute.internal';
const IN_BOTH = { instanceIds: ['i-1'] };
const MACHINE = { providerId: 'aws:///a/i-1' };

describe('the Daemon of a node', () => {
  it('is found in the example of the Riptides docs, and becomes stale exactly at its due time', () => {
    const cluster = createScene({ [ITS_NAME]: ITS_NODE });
    expect(cluster.state(ITS_NAME)).toBe('uncovered:DaemonMissing');
    cluster.daemon(EXAMPLE);
    expect(cluster.state(ITS_NAME)).toBe('covered');
    cluster.wait(MAX_AGE - 1);
    expect(cluster.state(ITS_NAME)).toBe('covered');
    cluster.wait(1);
    expect(cluster.state(ITS_NAME)).toBe('uncovered:ProbeStale');
    expect(describeIt(cluster, ITS_NAME)?.message).toBe(
      'The last probe counts for 90 s, and there is no younger one of Daemon riptides-system/78e58ba0-275e-4dc2-876b-ae7f066d300d (workloadID riptides/daemon/123456789012/eu-west-1/i-0123456789abcdef0, last probed 1 min ago, matched by instance i-0123456789abcdef0 and host ip-10-0-1-100.eu-west-1.compute.internal ip 10.0.1.100).',
    );
    cluster.daemon(EXAMPLE);
    expect(cluster.state(ITS_NAME)).toBe('covered');
  });

  it.each<[string, NodeChanges, Partial<DaemonObject>, string]>([
    [
      'a Google name',
      { providerId: 'gce://p/europe-west1-b/gke-1' },
      { instanceIds: ['p/europe-west1-b/gke-1'] },
      'covered',
    ],
    [
      'a Google number',
      { providerId: 'gce://p/z/gke-1', annotations: { 'container.googleapis.com/instance_id': '845712' } },
      { instanceIds: ['845712'] },
      'covered',
    ],
    ['a Google name alone', { providerId: 'gce://p/z/gke-1' }, { instanceIds: ['gke-1'] }, 'uncovered:DaemonMissing'],
    [
      'an Azure id in other case',
      { providerId: 'azure:///subscriptions/S/VM/aks-1' },
      { instanceIds: ['/subscriptions/s/vm/AKS-1'] },
      'covered',
    ],
    [
      'a number in an Azure scale set',
      { providerId: 'azure:///subscriptions/S/a/virtualMachineScaleSets/aks-vmss/virtualMachines/3' },
      { instanceIds: ['3'] },
      'uncovered:DaemonMissing',
    ],
    [
      'a name in an Azure scale set',
      { providerId: 'azure:///subscriptions/S/a/virtualMachineScaleSets/aks-vmss/virtualMachines/3' },
      { instanceIds: ['aks-vmss_3'] },
      'covered',
    ],
    ['an id of another cloud', { providerId: 'openstack:///a7c1-99' }, { instanceIds: ['A7C1-99'] }, 'covered'],
    [
      'a providerID that is only the host name',
      { providerId: 'k3s://n' },
      { instanceIds: ['n'] },
      'uncovered:DaemonMissing',
    ],
    ['the UID of the Node', {}, { nodeUids: ['UID-N'] }, 'covered'],
    ['host and address', { ips: ['10.0.0.1'] }, { hosts: ['N.'], ips: ['::ffff:10.0.0.1'] }, 'covered'],
    ['host and IPv6 address', { ips: ['2001:db8::1'] }, { hosts: ['n'], ips: ['2001:DB8:0::0001/64'] }, 'covered'],
    [
      'a label and an address',
      { labels: { 'kubernetes.io/hostname': 'x' }, ips: ['1.1.1.1'] },
      { hosts: ['x'], ips: ['1.1.1.1'] },
      'covered',
    ],
    ['a host without an address', { ips: ['10.0.0.1'] }, { hosts: ['n'] }, 'uncovered:DaemonMissing'],
    [
      'an address that was used again',
      { ips: ['10.0.0.1'] },
      { hosts: ['other'], ips: ['10.0.0.1'] },
      'uncovered:DaemonMissing',
    ],
    ['nothing at all', {}, { instanceIds: [''], hosts: [''], ips: [''], nodeUids: [''] }, 'uncovered:DaemonMissing'],
  ])('is judged by %s', (_, node, daemon, state) => {
    const cluster = createScene({ n: node });
    cluster.daemon(daemon);
    expect(cluster.state('n')).toBe(state);
  });

  it('is ambiguous when a workloadID was used twice, until one of the two is stale', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon({ ...IN_BOTH, name: 'old', workloadId: 'riptides/daemon/a/i-1' });
    cluster.wait(MINUTE);
    cluster.daemon({ ...IN_BOTH, name: 'new', workloadId: 'riptides/daemon/b/i-1' });
    expect(cluster.state('n')).toBe('uncovered:DaemonAmbiguous');
    expect(describeIt(cluster, 'n')?.message).toMatch(
      /^2 Daemons match node n, all of them fresh: Daemon riptides-system\/new \(workloadID riptides\/daemon\/b\/i-1, last probed 0 s ago, matched by instance i-1\); Daemon riptides-system\/old /,
    );
    cluster.wait(30 * SECOND - 1);
    expect(cluster.state('n')).toBe('uncovered:DaemonAmbiguous');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(MINUTE);
    expect(cluster.state('n')).toBe('uncovered:DaemonAmbiguous');
    cluster.daemonGone('uid-old');
    expect(cluster.state('n')).toBe('uncovered:ProbeStale');
  });

  it('is ambiguous on both nodes of a cloned disk, and settles when one of them goes or is renamed', () => {
    const cluster = createScene({ a: { providerId: 'x://host-7' }, b: { providerId: 'x://host-7' }, c: {} });
    cluster.daemon({ instanceIds: ['host-7'] });
    expect([cluster.state('a'), cluster.state('b')]).toEqual([
      'uncovered:DaemonAmbiguous',
      'uncovered:DaemonAmbiguous',
    ]);
    expect(describeIt(cluster, 'a')?.message).toMatch(/ matches node a and also b\.$/);
    cluster.node('b', { providerId: 'x://host-8' });
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['covered', 'uncovered:DaemonMissing']);
    cluster.node('b', { providerId: 'x://host-7' });
    expect(cluster.state('a')).toBe('uncovered:DaemonAmbiguous');
    cluster.nodeGone('b');
    expect(cluster.state('a')).toBe('covered');
  });

  it('never counts when it serves a node of another cluster', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon({ instanceIds: ['i-elsewhere'], hosts: ['n'], ips: ['10.9.9.9'] });
    expect(cluster.state('n')).toBe('uncovered:DaemonMissing');
    expect(describeIt(cluster, 'n')?.message).toBe(
      'No Daemon of the source local names node n: its providerID is aws:///a/i-1, its host name n, it has no InternalIP.',
    );
  });

  it('is the new one of a machine that was reimaged, while the old one goes stale', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon({ ...IN_BOTH, name: 'old' });
    cluster.wait(5 * MINUTE);
    expect(cluster.state('n')).toBe('uncovered:ProbeStale');
    cluster.daemon({ ...IN_BOTH, name: 'new' });
    expect(cluster.state('n')).toBe('covered');
    expect(describeIt(cluster, 'n')?.daemon).toMatch(
      /^Daemon riptides-system\/new \(workloadID riptides\/daemon\/new, /,
    );
  });

  it.each<[string, Partial<DaemonObject>, string]>([
    ['ok in any case', { daemonHealth: ' Ok', driverHealth: 'OK' }, 'covered'],
    ['degraded', { daemonHealth: 'degraded' }, 'uncovered:DaemonUnhealthy'],
    ['without a word', { daemonHealth: '' }, 'uncovered:DaemonUnhealthy'],
    ['without a driver', { driverHealth: 'not loaded' }, 'uncovered:DriverUnhealthy'],
    ['never probed', { lastProbe: '', lastProbeAt: undefined }, 'uncovered:ProbeStale'],
    ['probed at no time', { lastProbe: 'soon', lastProbeAt: undefined }, 'uncovered:ProbeStale'],
  ])('is judged by its own words: %s', (_, changes, state) => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon({ ...IN_BOTH, ...changes });
    expect(cluster.state('n')).toBe(state);
    if (changes.lastProbe === 'soon')
      expect(describeIt(cluster, 'n')?.message).toContain('lastProbeAt "soon" is no time');
  });
});

describe('the age of a probe', () => {
  it('is at first sight what it says of itself, later what we saw', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon({ ...IN_BOTH, lastProbeAt: cluster.now().wallMs - 80 * SECOND });
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(10 * SECOND);
    expect(cluster.state('n')).toBe('uncovered:ProbeStale');
    cluster.daemon({ ...IN_BOTH, lastProbeAt: cluster.now().wallMs - HOUR });
    expect(cluster.state('n')).toBe('covered');
  });

  it('is not for ever young when it lies in the future, and that is a finding', () => {
    const cluster = createScene({ n: MACHINE });
    const ahead = { ...IN_BOTH, lastProbeAt: cluster.now().wallMs + HOUR };
    cluster.daemon(ahead);
    expect(describeIt(cluster, 'n')?.findings.map(({ code }) => code)).toEqual(['ClockSkewed']);
    cluster.wait(MAX_AGE - 1);
    cluster.daemon(ahead);
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('uncovered:ProbeStale');
  });

  it('is corrected at first sight by the median offset of its source, and is what it says when listed anew', () => {
    const cluster = createScene({ a: MACHINE, b: { providerId: 'aws:///a/i-2' } });
    const late = (): number => cluster.now().wallMs - 10 * MINUTE;
    for (let probe = 0; probe < 3; probe += 1) {
      cluster.daemon({ ...IN_BOTH, lastProbeAt: late() });
      cluster.wait(MINUTE);
    }
    cluster.daemon({ name: 'b', instanceIds: ['i-2'], lastProbeAt: late() });
    expect(cluster.state('b')).toBe('covered');
    cluster.watch(daemonSource('local'), 'stale');
    cluster.wait(HOUR);
    cluster.daemon({ name: 'b', instanceIds: ['i-2'], lastProbeAt: late() - 30 * MINUTE });
    cluster.watch(daemonSource('local'), 'live');
    expect(cluster.state('b')).toBe('uncovered:ProbeStale');
  });

  it.each([5, -5])(
    'is known by its source however our own wall clock is set (%i h), once a value was seen to change',
    (hours) => {
      const cluster = createScene({ n: MACHINE });
      const source = { wallMs: cluster.now().wallMs };
      const probe = (): void => cluster.daemon({ ...IN_BOTH, lastProbeAt: source.wallMs });
      const wait = (ms: number): void => {
        cluster.wait(ms);
        source.wallMs += ms;
      };
      for (let count = 0; count < 3; count += 1) {
        probe();
        wait(MINUTE);
      }
      cluster.watch(daemonSource('local'), 'stale');
      cluster.stepWall(hours * HOUR);
      probe();
      cluster.watch(daemonSource('local'), 'live');
      expect(cluster.state('n')).toBe('covered');
      wait(MAX_AGE);
      expect(cluster.state('n')).toBe('uncovered:ProbeStale');
    },
  );
});

describe('the Daemon layer', () => {
  it('knows nothing while its source is down, and sees nothing of other sources', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.daemon(IN_BOTH, 'other');
    expect(cluster.state('n')).toBe('uncovered:DaemonMissing');
    cluster.watch(daemonSource('local'), 'stale');
    expect(cluster.state('n')).toBe('unobserved');
    expect(describeIt(cluster, 'n')?.message).toBe('layer daemon: not live: daemons/local');
    cluster.pod('n', { ready: condition('False') });
    expect(cluster.state('n')).toMatch(/^uncovered:(?!Daemon)/);
  });

  it('does not blame a node whose pod is Ready since a moment for having no Daemon yet', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.pod('n', {
      uid: 'young',
      createdAt: cluster.now().wallMs,
      ...readyAs('True', cluster.now().wallMs),
    });
    cluster.podGone('pod-n');
    expect(cluster.state('n')).toBe('uncovered:Starting');
    expect(describeIt(cluster, 'n')?.message).toBe(
      'Pod agents/agent-n is Ready for 0 s, and no Daemon of the source local names its node yet.',
    );
    cluster.wait(2 * MINUTE - 1);
    expect(cluster.state('n')).toBe('uncovered:Starting');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('uncovered:DaemonMissing');
  });

  it('leaves what is odd about pods out of it while the pod layer is good', () => {
    const cluster = createScene({ n: MACHINE });
    cluster.pod('n', { uid: 'second', name: 'agent-second' });
    expect(cluster.state('n')).toBe('uncovered:DaemonMissing');
    expect(describeIt(cluster, 'n')?.findings.map(({ code }) => code)).toEqual(['DuplicatePod']);
  });

  it('counts alone where the pod layer is off', () => {
    const cluster = createScene({ n: MACHINE });
    const off = { asked: false, offPools: [], startDeadlineMs: MINUTE };
    cluster.policy({ daemonLayer: { source: 'local', maxProbeAgeMs: MAX_AGE }, podLayer: off });
    cluster.podGone('pod-n');
    expect(cluster.state('n')).toBe('uncovered:DaemonMissing');
    cluster.daemon(IN_BOTH);
    expect(cluster.state('n')).toBe('covered');
    cluster.node('n', { ...MACHINE, ready: condition('Unknown') });
    expect(cluster.state('n')).toBe('covered');
    cluster.wait(MAX_AGE);
    expect(cluster.state('n')).toBe('uncovered:NodeUnreachable');
  });
});
