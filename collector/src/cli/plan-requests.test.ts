import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatAmount, toComparable } from './plan-quantity.ts';
import { findPortConflict, listHostPorts, sumRequests, type HostPort } from './plan-requests.ts';

function requests(podSpec: string): object {
  const sum = sumRequests(parse(podSpec) as Readonly<Record<string, unknown>>);
  return Object.fromEntries([...sum].map(([name, amount]) => [name, formatAmount(name, toComparable(name, amount))]));
}

// The formula of KEP-753 and its edges.
test.each<[string, string, object]>([
  ['nothing', 'containers: [{name: a}]', {}],
  [
    'the sum of the containers',
    'containers: [{resources: {requests: {cpu: 100m, memory: 1Gi}}}, {resources: {requests: {cpu: 200m}}}]',
    { cpu: '300m', memory: '1Gi' },
  ],
  [
    'a limit where there is no request',
    'containers: [{resources: {requests: {cpu: 100m}, limits: {cpu: 1, memory: 1Gi}}}]',
    { cpu: '100m', memory: '1Gi' },
  ],
  [
    'the largest init container if it is larger',
    `containers: [{resources: {requests: {cpu: 1, memory: 1Gi}}}]
initContainers: [{resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 500m, memory: 2Gi}}}]`,
    { cpu: '2', memory: '2Gi' },
  ],
  [
    'sidecars beside the containers, and beside the init containers after them',
    `containers: [{resources: {requests: {cpu: 1}}}]
initContainers:
  - {resources: {requests: {cpu: 2}}}
  - {restartPolicy: Always, resources: {requests: {cpu: 500m}}}
  - {resources: {requests: {cpu: 1800m}}}`,
    { cpu: '2300m' },
  ],
  [
    'overhead on top',
    'containers: [{resources: {requests: {cpu: 1}}}]\noverhead: {cpu: 250m, memory: 120Mi}',
    { cpu: '1250m', memory: '120Mi' },
  ],
  [
    "the pod's own requests instead of the containers'",
    'containers: [{resources: {requests: {cpu: 1, example.com/gpu: 1}}}]\nresources: {requests: {cpu: 3, example.com/gpu: 7}}',
    { cpu: '3', 'example.com/gpu': '1' },
  ],
  [
    "the pod's own limits where nothing else is said",
    'containers: [{resources: {requests: {cpu: 1}}}]\nresources: {limits: {cpu: 3, memory: 1Gi}}',
    { cpu: '1', memory: '1Gi' },
  ],
  [
    "the pod's limit of huge pages in any case",
    'containers: [{resources: {limits: {hugepages-2Mi: 2Mi}}}]\nresources: {limits: {hugepages-2Mi: 4Mi}}',
    { 'hugepages-2Mi': '4Mi' },
  ],
])('a pod requests %s', (_, podSpec, expected) => expect(requests(podSpec)).toEqual(expected));

const readPorts = (podSpec: string): readonly HostPort[] =>
  listHostPorts(parse(podSpec) as Readonly<Record<string, unknown>>);

test('host ports are those asked for, and on the host network all of them', () => {
  const containers =
    'containers: [{ports: [{containerPort: 80}, {containerPort: 81, hostPort: 9100, hostIP: 10.0.0.1}]}]';
  const explicit = { ip: '10.0.0.1', protocol: 'TCP', port: 9100 };
  expect(readPorts(containers)).toEqual([explicit]);
  expect(readPorts(`${containers}\nhostNetwork: true`)).toEqual([
    { ip: '0.0.0.0', protocol: 'TCP', port: 80 },
    explicit,
  ]);
});

test('of init containers only sidecars hold host ports', () => {
  const initContainers =
    'initContainers: [{ports: [{hostPort: 1}]}, {restartPolicy: Always, ports: [{hostPort: 2, protocol: UDP}]}]';
  expect(readPorts(initContainers)).toEqual([{ ip: '0.0.0.0', protocol: 'UDP', port: 2 }]);
});

test.each<[string, Partial<HostPort>, boolean]>([
  ['the same port', {}, true],
  ['another port', { port: 2 }, false],
  ['another protocol', { protocol: 'UDP' }, false],
  ['one address of all', { ip: '10.0.0.1' }, true],
])('a port on all addresses conflicts with %s: %s', (_, changes, conflicts) => {
  const port = { ip: '0.0.0.0', protocol: 'TCP', port: 1 };
  expect(findPortConflict([port], [{ ...port, ...changes }]) !== undefined).toBe(conflicts);
});

test('two addresses do not conflict', () => {
  const port = { ip: '10.0.0.1', protocol: 'TCP', port: 1 };
  expect(findPortConflict([port], [{ ...port, ip: '10.0.0.2' }])).toBeUndefined();
});
