import { expect, test } from 'vitest';
import { projectDaemon } from './project-daemon.ts';
import { createInterner } from './read-field.ts';

type Pairs = Readonly<Record<string, string>>;

const intern = createInterner(100);

function project(said: Pairs, { workloadID = '', lastProbeAt = '' as unknown, ...health } = {}) {
  const metadata = Object.entries(said).map(([name, value]) => ({ name, value }));
  return projectDaemon(
    {
      metadata: { uid: 'u', name: 'd', namespace: 'riptides-system' },
      spec: { workloadID },
      status: { metadata, health: { ...health, lastProbeAt } },
    },
    intern,
  );
}

test('the example of the Riptides docs', () => {
  const said = {
    'workload:id': '123456789012/eu-west-1/i-0123456789abcdef0',
    'awsiid:account:id': '123456789012',
    'awsiid:architecture': 'x86_64',
    'awsiid:availability:zone': 'eu-west-1b',
    'awsiid:image:id': 'ami-0123456789abcdef0',
    'awsiid:instance:id': 'i-0123456789abcdef0',
    'awsiid:instance:type': 't3.xlarge',
    'awsiid:private_ip': '10.0.1.100',
    'awsiid:region': 'eu-west-1',
    'linuxos:name': 'amazon',
    'linuxos:version': 'Amazon Linux 2023.9.20251208',
    'node:hostname': 'ip-10-0-1-100.eu-west-1.compute.internal',
    'node:kernel:arch': 'x86_64',
    'node:os:type': 'linux',
    'status:daemon:version': 'v0.5.10',
    'status:driver:version': 'v0.5.13',
  };
  const workloadID = 'riptides/daemon/123456789012/eu-west-1/i-0123456789abcdef0';
  const health = { daemonHealth: 'ok', driverHealth: 'ok', lastProbeAt: '20260313T131417Z' };
  expect(project(said, { workloadID, ...health })).toEqual({
    uid: 'u',
    name: 'd',
    namespace: 'riptides-system',
    workloadId: workloadID,
    instanceIds: ['i-0123456789abcdef0'],
    nodeUids: [],
    hosts: ['ip-10-0-1-100.eu-west-1.compute.internal'],
    ips: ['10.0.1.100'],
    daemonHealth: 'ok',
    driverHealth: 'ok',
    lastProbe: '20260313T131417Z',
    lastProbeAt: Date.UTC(2026, 2, 13, 13, 14, 17),
    daemonVersion: 'v0.5.10',
    driverVersion: 'v0.5.13',
  });
});

const GOOGLE = { 'gcpiit:project:id': 'prod-1', 'gcpiit:zone': 'europe-west3-a', 'gcpiit:instance:name': 'gke-a-1' };

test.each<[string, Pairs, string, readonly string[]]>([
  ['Google, in the spelling of the provider ID', GOOGLE, '', ['prod-1/europe-west3-a/gke-a-1']],
  ['Google, with the number', { ...GOOGLE, 'gcpiit:instance:id': '42' }, '', ['42', 'prod-1/europe-west3-a/gke-a-1']],
  [
    'Google, the zone as its metadata server writes it',
    { 'gcp:project_id': 'p', 'gcp:zone': 'projects/7/zones/z', 'gcp:instance_name': 'n' },
    '',
    ['p/z/n'],
  ],
  ['Google without a zone', { 'gcpiit:project:id': 'p', 'gcpiit:instance:name': 'n' }, '', []],
  ['EC2 metadata', { 'ec2:instance-id': 'i-1' }, '', ['i-1']],
  ['the end of the workloadID', {}, 'riptides/daemon/1/eu/i-2', ['i-2']],
  ['an id and another workloadID', { 'awsiid:instance:id': 'i-1' }, 'set/by/hand', ['i-1', 'hand']],
  ['a workloadID that ends in nothing', {}, 'a/', []],
  ['an image is no instance', { 'awsiid:image:id': 'ami-1', 'awsiid:account:id': '1' }, '', []],
])('instance ids: %s', (_, said, workloadID, ids) => {
  expect(project(said, { workloadID }).instanceIds).toEqual(ids);
});

test.each<[Pairs, 'nodeUids' | 'hosts' | 'ips', readonly string[]]>([
  [{ 'k8ssat:node:uid': 'n-uid' }, 'nodeUids', ['n-uid']],
  [{ 'node:uid': 'n-uid', 'k8ssat:pod:uid': 'p-uid' }, 'nodeUids', ['n-uid']],
  [{ 'node:hostname': ' h ', 'gcp:hostname': 'h.c.p.internal' }, 'hosts', ['h', 'h.c.p.internal']],
  [{ 'ec2:local-hostname': 'ip-1', 'ec2:public-hostname': 'ec2-1' }, 'hosts', ['ip-1']],
  [{ 'k8ssat:node:name': 'n1' }, 'hosts', ['n1']],
  [{ 'awsiid:private_ip': '10.0.0.1', 'ec2:private-ipv4': '10.0.0.1' }, 'ips', ['10.0.0.1']],
  [{ 'node:network:eth0:ip': '10.0.0.2/24, fd00::2', 'node:ip': 'none' }, 'ips', ['10.0.0.2', 'fd00::2']],
  [{ 'ec2:public-ipv4': '52.0.0.1', 'linuxos:ip': '10.0.0.3', 'node:os:type': '10.0.0.4' }, 'ips', []],
])('%j gives %s %j', (said, field, values) => {
  expect(project(said)[field]).toEqual(values);
});

const PROBE = Date.UTC(2026, 2, 13, 13, 14, 17);

test.each<[unknown, number | undefined]>([
  ['20260313T131417Z', PROBE],
  ['20260313T131417.25Z', PROBE + 250],
  ['2026-03-13T13:14:17Z', PROBE],
  ['2026-03-13T14:14:17.500+01:00', PROBE + 500],
  ['1773407657', PROBE],
  [1_773_407_657, PROBE],
  ['1773407657.5', PROBE + 500],
  ['1773407657000', PROBE],
  ['20261313T131417Z', undefined],
  ['20260313T131417', undefined],
  ['20260313', undefined],
  ['1773407', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('the probe %j is at %j', (lastProbeAt, time) => {
  expect(project({}, { lastProbeAt })).toMatchObject({ lastProbe: String(lastProbeAt), lastProbeAt: time });
});

test('a Daemon that says nothing yet is nobody', () => {
  expect(projectDaemon({ metadata: { uid: 'u', name: 'd' } }, intern)).toEqual({
    uid: 'u',
    name: 'd',
    namespace: '',
    workloadId: '',
    instanceIds: [],
    nodeUids: [],
    hosts: [],
    ips: [],
    daemonHealth: '',
    driverHealth: '',
    lastProbe: '',
    lastProbeAt: undefined,
    daemonVersion: '',
    driverVersion: '',
  });
});
