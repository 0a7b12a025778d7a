/** Keeps every policy that was offered, from whatever origin, and says which of them are in force. */
import { formatFault, type Policy, type PolicyCondition } from '@rollcall/contract';
import { discoveredPolicy } from './policy-discovered.ts';
import { settlePolicies } from './policy-conflicts.ts';
import type { PolicyRejection } from './policy-files.ts';
import { resolvePolicy } from './policy-document.ts';

/** A policy that is not in force as it stands, and why. */
export interface RejectedPolicy {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** The file, or `API`. */
  readonly origin: string;
  readonly reason: 'Invalid' | 'Conflict';
  readonly message: string;
}

/** Who hears what the book decides; called synchronously. */
export interface PolicyBookSink {
  /** The policies in force changed: what is new or different, and the UIDs of those that are gone. */
  inForce(changed: readonly Policy[], gone: readonly string[]): void;
  /** A policy from the API got another condition. */
  conditioned(policy: { readonly namespace: string; readonly name: string }, condition: PolicyCondition): void;
}

/** What the book works with. */
export interface PolicyBookOptions {
  readonly cluster: string;
  readonly collectorNamespace: string;
  readonly discover: boolean;
  readonly sink: PolicyBookSink;
}

/** The book. Every call settles conflicts anew and reports the difference. */
export interface PolicyBook {
  api(uid: string, document: unknown, wallMs: number): void;
  apiGone(uid: string): void;
  files(policies: readonly Policy[], rejected: readonly PolicyRejection[]): void;
  daemonSets(names: readonly { readonly namespace: string; readonly daemonset: string }[]): void;
  rejected(): readonly RejectedPolicy[];
}

interface ApiPolicy {
  readonly name: string;
  readonly namespace: string;
  /** The last version that was valid stays in force while a newer one is not. */
  readonly valid: Policy | undefined;
  readonly fault: string;
}

interface Offers {
  readonly api: Map<string, ApiPolicy>;
  readonly discovered: Map<string, Policy>;
  files: { readonly policies: readonly Policy[]; readonly rejected: readonly PolicyRejection[] };
}

/** An empty book. */
export function createPolicyBook(options: PolicyBookOptions): PolicyBook {
  const offers: Offers = { api: new Map(), discovered: new Map(), files: { policies: [], rejected: [] } };
  const said = new Map<string, string>();
  let inForce: ReadonlyMap<string, Policy> = new Map();
  let rejected: readonly RejectedPolicy[] = [];
  const settle = (): void => {
    const before = inForce;
    const { active, conflicts } = settlePolicies(offeredPolicies(offers));
    inForce = new Map(active.map((policy) => [policy.uid, policy]));
    rejected = [...invalidOf(offers), ...conflicts.map(({ policy, winner }) => inConflict(policy, winner))];
    report(options.sink, before, inForce);
    say(options.sink, { api: offers.api, rejected, said });
  };
  return {
    api: (uid, document, wallMs) => {
      offers.api.set(uid, readOffer(options, { document, wallMs, known: offers.api.get(uid) }));
      settle();
    },
    apiGone: (uid) => {
      offers.api.delete(uid);
      said.delete(uid);
      settle();
    },
    files: (policies, bad) => {
      offers.files = { policies, rejected: bad };
      settle();
    },
    daemonSets: (names) => {
      if (!options.discover) return;
      discover(offers.discovered, names, options.cluster);
      settle();
    },
    rejected: () => rejected,
  };
}

function offeredPolicies({ api, files, discovered }: Offers): readonly Policy[] {
  const valid = [...api.values()].flatMap((own) => own.valid ?? []);
  return [...valid, ...files.policies, ...discovered.values()];
}

interface Offer {
  readonly document: unknown;
  readonly wallMs: number;
  readonly known: ApiPolicy | undefined;
}

function readOffer({ cluster, collectorNamespace }: PolicyBookOptions, { document, wallMs, known }: Offer): ApiPolicy {
  const resolved = resolvePolicy({ document, origin: 'API', cluster, collectorNamespace, createdAtFallback: wallMs });
  const fault = resolved.ok ? '' : resolved.faults.map(formatFault).join('; ');
  return { ...nameOf(document), valid: resolved.ok ? resolved.policy : known?.valid, fault };
}

type DaemonSetNames = Parameters<PolicyBook['daemonSets']>[0];

function discover(discovered: Map<string, Policy>, names: DaemonSetNames, cluster: string): void {
  const keys = new Set(names.map(({ namespace, daemonset }) => `${namespace}/${daemonset}`));
  for (const key of [...discovered.keys()]) if (!keys.has(key)) discovered.delete(key);
  for (const { namespace, daemonset } of names) {
    const key = `${namespace}/${daemonset}`;
    if (!discovered.has(key)) discovered.set(key, discoveredPolicy({ namespace, name: daemonset, cluster }));
  }
}

function nameOf(document: unknown): { readonly name: string; readonly namespace: string } {
  const metadata = (document as { metadata?: { name?: unknown; namespace?: unknown } } | null)?.metadata;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { name: text(metadata?.name), namespace: text(metadata?.namespace) };
}

function invalidOf({ api, files }: Offers): readonly RejectedPolicy[] {
  const fromApi = [...api].filter(([, { fault }]) => fault !== '');
  return [
    ...fromApi.map(([uid, { name, namespace, fault }]): RejectedPolicy => {
      return { uid, name, namespace, origin: 'API', reason: 'Invalid', message: fault };
    }),
    ...files.rejected.map(({ file, document, name, namespace, faults }): RejectedPolicy => {
      const message = faults.map(formatFault).join('; ');
      return { uid: `${file}:${document}`, name, namespace, origin: file, reason: 'Invalid', message };
    }),
  ];
}

function inConflict(policy: Policy, winner: Policy): RejectedPolicy {
  const who = `${winner.policyNamespace}/${winner.name} (${winner.origin})`;
  const message = `the DaemonSet ${policy.namespace}/${policy.daemonset} already has the policy ${who}; delete one of the two`;
  const { uid, name, policyNamespace, origin } = policy;
  return { uid, name, namespace: policyNamespace, origin, reason: 'Conflict', message };
}

function report(sink: PolicyBookSink, before: ReadonlyMap<string, Policy>, after: ReadonlyMap<string, Policy>): void {
  const gone = [...before.keys()].filter((uid) => !after.has(uid));
  const changed = [...after].filter(([uid, policy]) => before.get(uid) !== policy).map(([, policy]) => policy);
  if (gone.length + changed.length > 0) sink.inForce(changed, gone);
}

interface Said {
  readonly api: ReadonlyMap<string, ApiPolicy>;
  readonly rejected: readonly RejectedPolicy[];
  readonly said: Map<string, string>;
}

function say(sink: PolicyBookSink, { api, rejected, said }: Said): void {
  for (const [uid, { name, namespace }] of api) {
    const condition = readyCondition(rejected.find((own) => own.uid === uid));
    const key = `${condition.reason} ${condition.message}`;
    if (said.get(uid) === key) continue;
    said.set(uid, key);
    sink.conditioned({ name, namespace }, condition);
  }
}

/** The CRD bounds a condition's message; the log has all of it. */
const MESSAGE_CHARS = 4_096;

function readyCondition(bad: RejectedPolicy | undefined): PolicyCondition {
  if (bad === undefined) return { type: 'Ready', status: 'True', reason: 'Evaluated', message: '' };
  return { type: 'Ready', status: 'False', reason: bad.reason, message: bad.message.slice(0, MESSAGE_CHARS) };
}
