/** What a pod of a template asks of its node, as the scheduler sums it up (component-helpers resource.PodRequests, scheduler util.GetHostPorts). */
import { asFields, isFields, readFields, readList, readString, type Fields } from '../watch/read-field.ts';
import { parseQuantity } from './plan-quantity.ts';

/** Amounts in nano-units by resource. */
export type Amounts = ReadonlyMap<string, bigint>;

/** A port on the node itself. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** The requests of one pod: containers and sidecars together, at least the largest init step, plus overhead. */
export function sumRequests(podSpec: Fields): Amounts {
  const steady = new Map<string, bigint>();
  const initial = new Map<string, bigint>();
  const sidecars = new Map<string, bigint>();
  for (const container of listContainers(podSpec, 'containers')) add(steady, requestsOf(container));
  for (const container of listContainers(podSpec, 'initContainers')) {
    const requests = requestsOf(container);
    if (isSidecar(container)) {
      add(steady, requests);
      add(sidecars, requests);
      raise(initial, sidecars);
    } else {
      const step = new Map(sidecars);
      add(step, requests);
      raise(initial, step);
    }
  }
  raise(steady, initial);
  for (const [resource, amount] of podLevel(readFields(podSpec, 'resources'), steady)) steady.set(resource, amount);
  add(steady, readAmounts(readFields(podSpec, 'overhead')));
  return steady;
}

/** The host ports of one pod. On the host network every container port is one. */
export function listHostPorts(podSpec: Fields): readonly HostPort[] {
  const onHost = podSpec['hostNetwork'] === true;
  const sidecars = listContainers(podSpec, 'initContainers').filter(isSidecar);
  return [...sidecars, ...listContainers(podSpec, 'containers')]
    .flatMap((container) => readList(container, 'ports').map(asFields))
    .map((port) => ({
      ip: readString(port, 'hostIP') || '0.0.0.0',
      protocol: readString(port, 'protocol') || 'TCP',
      port: Number(port['hostPort'] || (onHost ? port['containerPort'] : 0)),
    }))
    .filter(({ port }) => port > 0);
}

/** The first port that two pods cannot both have on one node, if there is one (scheduler framework HostPortInfo). */
export function findPortConflict(ours: readonly HostPort[], theirs: readonly HostPort[]): HostPort | undefined {
  return ours.find((a) =>
    theirs.some((b) => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || isAny(a) || isAny(b))),
  );
}

/** The quantities of a resource list; those that cannot be read are left out. */
export function readAmounts(resources: Fields): Amounts {
  const entries = Object.entries(resources).map(([resource, value]) => [resource, parseQuantity(value)] as const);
  return new Map(entries.filter((entry): entry is readonly [string, bigint] => entry[1] !== undefined));
}

function isAny({ ip }: HostPort): boolean {
  return ip === '0.0.0.0';
}

function listContainers(podSpec: Fields, key: string): readonly Fields[] {
  return readList(podSpec, key).filter(isFields);
}

function isSidecar(container: Fields): boolean {
  return container['restartPolicy'] === 'Always';
}

// The API server gives a pod the limit as its request where there is none (core/v1 SetDefaults_Pod).
function requestsOf(container: Fields): Amounts {
  const resources = readFields(container, 'resources');
  return new Map([...readAmounts(readFields(resources, 'limits')), ...readAmounts(readFields(resources, 'requests'))]);
}

// core/v1 defaultPodRequests: a pod-level limit is the request where neither the pod nor its containers name one; huge pages cannot
// be overcommitted, there the limit always is.
function podLevel(resources: Fields, containers: Amounts): Amounts {
  const limits = [...readAmounts(readFields(resources, 'limits'))].filter(
    ([resource]) => !containers.has(resource) || resource.startsWith('hugepages-'),
  );
  const requests = readAmounts(readFields(resources, 'requests'));
  return new Map([...limits, ...requests].filter(([resource]) => /^(?:cpu|memory|hugepages-.*)$/.test(resource)));
}

function add(sum: Map<string, bigint>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) sum.set(resource, (sum.get(resource) ?? 0n) + amount);
}

function raise(largest: Map<string, bigint>, amounts: Amounts): void {
  for (const [resource, amount] of amounts) {
    const known = largest.get(resource);
    if (known === undefined || amount > known) largest.set(resource, amount);
  }
}
