/** The Riptides control plane of the end-to-end tests: Daemons on an API server, probed for as long as a test wants. */
import { daemonDefinition, nodeStateDefinition, type Manifest } from '@rollcall/embedded-kube';
import { ApiError, waitFor, type ControlPlane } from '../control-plane/index.ts';

/** What a Daemon says; `said` is its metadata, health is ok unless it says otherwise. */
interface DaemonWish {
  readonly name: string;
  readonly workloadID: string;
  readonly claimerType?: string;
  readonly said: Readonly<Record<string, string>>;
}

/** What tests do to a control plane of Riptides. */
export interface Riptides {
  readonly define: () => Promise<void>;
  /** Deletes the definition, and returns when the API server knows no Daemons any more. */
  readonly undefine: () => Promise<void>;
  /** Registers a Daemon with a probe of now; its probes go on every second. */
  readonly register: (wish: DaemonWish) => Promise<void>;
  /** Sets the words of its health. */
  readonly patchHealth: (name: string, health: object) => Promise<void>;
  /** Its probes end; returns when the last one was, in Unix milliseconds. */
  readonly silence: (name: string) => number;
  readonly remove: (name: string) => Promise<void>;
  /** Ends all probes. */
  readonly stop: () => void;
}

interface Definition {
  readonly spec: { readonly group: string; readonly names: { readonly plural: string } };
}

const PATH = '/apis/core.riptides.io/v1alpha1/namespaces/default/daemons';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const PROBE_MS = 1_000;

/** The time as the vendor writes it: basic ISO 8601, whole seconds. */
export function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Defines a kind of others, and returns when it is served. */
async function defineKind({ request }: Pick<ControlPlane, 'request'>, definition: Manifest): Promise<void> {
  await request('POST', DEFINITIONS, { body: definition });
  const { group, names } = (definition as unknown as Definition).spec;
  await waitFor(() => request('GET', `/apis/${group}/v1alpha1/${names.plural}`), {
    what: `${names.plural} to be served`,
  });
}

/** Defines PlexdNodeStates. */
export function defineNodeStates(plane: Pick<ControlPlane, 'request'>): Promise<void> {
  return defineKind(plane, nodeStateDefinition());
}

/** The words for the API server of a control plane; nothing is defined yet. */
export function createRiptides(plane: Pick<ControlPlane, 'request'>): Riptides {
  const { request } = plane;
  const probed = new Map<string, number>();
  const patch = async (name: string, status: object): Promise<void> => {
    await request('PATCH', `${PATH}/${name}/status`, { body: { status } });
  };
  const probe = async (name: string): Promise<void> => {
    const now = Date.now();
    probed.set(name, Math.floor(now / 1000) * 1000);
    // The definition, or this API server, may be gone for a while.
    await patch(name, { health: { lastProbeAt: basicTime(now) } }).catch(() => undefined);
  };
  const probing = setInterval(() => [...probed.keys()].forEach((name) => void probe(name)), PROBE_MS);
  return {
    define: () => defineKind(plane, daemonDefinition()),
    undefine: async () => {
      await request('DELETE', `${DEFINITIONS}/daemons.core.riptides.io`);
      await waitFor(() => isAbsent(request), { what: 'the end of the Daemons' });
    },
    register: async ({ name, workloadID, claimerType = 'AWSIID', said }) => {
      const identity = { apiVersion: 'core.riptides.io/v1alpha1', kind: 'Daemon', metadata: { name } };
      await request('POST', PATH, { body: { ...identity, spec: { workloadID, claimerType } } });
      const metadata = Object.entries(said).map(([key, value]) => ({ name: key, value }));
      const health = { daemonHealth: 'ok', driverHealth: 'ok', lastProbeAt: basicTime(Date.now()) };
      await patch(name, { metadata, health });
      await probe(name);
    },
    patchHealth: (name, health) => patch(name, { health }),
    silence: (name) => {
      const last = probed.get(name) ?? 0;
      probed.delete(name);
      return last;
    },
    remove: async (name) => {
      probed.delete(name);
      await request('DELETE', `${PATH}/${name}`);
    },
    stop: () => clearInterval(probing),
  };
}

async function isAbsent(request: ControlPlane['request']): Promise<boolean> {
  try {
    await request('GET', PATH);
    return false;
  } catch (error) {
    return error instanceof ApiError && error.status === 404;
  }
}

/** The Daemon of the Riptides docs, but for its last probe. */
export const AWS_EXAMPLE = {
  name: '78e58ba0-275e-4dc2-876b-ae7f066d300d',
  workloadID: 'riptides/daemon/123456789012/eu-west-1/i-0123456789abcdef0',
  said: {
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
  },
} as const;

/** One of Google. */
export const GOOGLE_EXAMPLE = {
  name: 'of-google',
  claimerType: 'GCPIIT',
  workloadID: 'riptides/daemon/prod-1/europe-west3/4520031799277581759',
  said: {
    'gcpiit:project:id': 'prod-1',
    'gcpiit:zone': 'europe-west3-a',
    'gcpiit:instance:name': 'gke-a-1',
    'gcpiit:instance:id': '4520031799277581759',
    'node:hostname': 'gke-a-1.europe-west3-a.c.prod-1.internal',
  },
} as const;
