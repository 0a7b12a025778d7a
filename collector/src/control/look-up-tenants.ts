/**
 * Looks up, for one answer about one node, which pods are on it and what it has to give: the collector watches only daemons, and keeps
 * nothing of foreign pods. Asked for on demand, never by the core, and no faster than the API server can be troubled.
 */
import { valueAt } from '@rollcall/contract';
import { KubeError, readJson, type Connection } from '@rollcall/kube';

/** A pod of the node, by what it asks for; `owner` is `KIND/NAME`, '' without one. */
export interface Tenant {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string;
  readonly priority: number;
  /** True for one whose requests the scheduler no longer counts. */
  readonly ended: boolean;
  /** Its spec as it came. */
  readonly spec: unknown;
}

/** What was found: the pods that are bound to the node, at most MOST_TENANTS of them, the daemon's own pod, and what the node has. */
export interface Tenancy {
  readonly tenants: readonly Tenant[];
  readonly more: number;
  readonly own: Tenant;
  /** The node's `status.allocatable` as it came. */
  readonly allocatable: unknown;
}

/** A node, and the daemon's pod that is to run there. */
export interface TenancyQuestion {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
}

/** Answers the question, or says why it cannot be answered; never rejects. */
export type LookUpTenants = (question: TenancyQuestion) => Promise<Tenancy | { readonly why: string }>;

/** Far more than a kubelet runs. */
const MOST_TENANTS = 1_000;
/** Who asks waits for it. */
const LOOK_UP_MS = 5_000;
/** So many look-ups may come at once, and so many a second in the long run: each is answered from the API server's cache. */
const BURST = 8;
const PER_SECOND = 2;

/** Looks up by that connection. */
export function createTenantLookUp(connection: Connection): LookUpTenants {
  const take = createBucket(() => connection.clock.monoMs());
  return async (question) => {
    if (!take()) return { why: 'too many nodes were looked up just now: ask again in a second' };
    try {
      return await read(connection, question);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return { why: error.message };
    }
  };
}

/** True as long as a token is left; they come back with time. */
function createBucket(nowMs: () => number): () => boolean {
  let tokens = BURST;
  let last = nowMs();
  return () => {
    const now = nowMs();
    tokens = Math.min(BURST, tokens + ((now - last) / 1000) * PER_SECOND);
    last = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

async function read(connection: Connection, { node, namespace, pod }: TenancyQuestion): Promise<Tenancy> {
  const limits = { timeoutMs: LOOK_UP_MS };
  const selector = encodeURIComponent(`spec.nodeName=${node}`);
  // resourceVersion=0: from the cache, which has an index by node; from etcd it would be a scan of all pods.
  const paths = [
    `/api/v1/pods?fieldSelector=${selector}&resourceVersion=0`,
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`,
    `/api/v1/nodes/${encodeURIComponent(node)}`,
  ];
  const [list, own, found] = await Promise.all(paths.map((path) => readJson(connection, path, limits)));
  const items = valueAt(list, ['items']);
  const tenants = Array.isArray(items) ? items.map(toTenant) : [];
  return {
    tenants: tenants.slice(0, MOST_TENANTS),
    more: Math.max(0, tenants.length - MOST_TENANTS),
    own: toTenant(own),
    allocatable: valueAt(found, ['status', 'allocatable']),
  };
}

function toTenant(pod: unknown): Tenant {
  const text = (...path: readonly (string | number)[]): string => {
    const value = valueAt(pod, path);
    return typeof value === 'string' ? value : '';
  };
  const kind = text('metadata', 'ownerReferences', 0, 'kind');
  const phase = text('status', 'phase');
  return {
    namespace: text('metadata', 'namespace'),
    name: text('metadata', 'name'),
    owner: kind === '' ? '' : `${kind}/${text('metadata', 'ownerReferences', 0, 'name')}`,
    priority: Number(valueAt(pod, ['spec', 'priority']) ?? 0),
    ended: phase === 'Succeeded' || phase === 'Failed',
    spec: valueAt(pod, ['spec']),
  };
}
