/** Keeps every policy that was offered, from whatever origin, and says which of them are in force. */
import { isDeepStrictEqual } from 'node:util';
import { valueAt, type Policy, type PolicyCondition, type PolicyOrigin } from '@rollcall/contract';
import { settlePolicies } from './policy-conflicts.ts';
import { discoveredPolicy } from './policy-discovered.ts';
import { resolvePolicy } from './policy-document.ts';
import { readHeading, type PolicyHeading } from './policy-heading.ts';
import {
  readyCondition,
  rejectConflict,
  rejectDocument,
  rejectExcess,
  rejectFile,
  type FileRejection,
  type RejectedPolicy,
} from './policy-rejected.ts';

/** A policy of which a condition is told. */
export interface ConditionedPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly origin: PolicyOrigin;
}

/** A policy as the API has it; `status` is as unread as it came. */
interface AppliedPolicy {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly status: unknown;
}

/** Who hears what the book decides; called synchronously. */
export interface PolicyBookSink {
  /** The policies in force changed: what is new or different, and what is gone. */
  inForce(changed: readonly Policy[], gone: readonly Policy[]): void;
  /** The Ready condition is another than was told before: of every policy of the API, of any other when it is rejected. */
  conditioned(policy: ConditionedPolicy, condition: PolicyCondition): void;
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
  files(policies: readonly Policy[], rejected: readonly FileRejection[]): void;
  daemonSets(names: readonly { readonly namespace: string; readonly daemonset: string }[]): void;
  /** Invalid ones, and those that yield to another. A policy that is here may be in force in a former version. */
  rejected(): readonly RejectedPolicy[];
  /** Every policy of the API, in force or not. */
  applied(): readonly AppliedPolicy[];
}

interface ApiPolicy {
  readonly heading: PolicyHeading;
  readonly applied: AppliedPolicy;
  /** The last version that was valid stays in force while a newer one is not. */
  readonly valid: Policy | undefined;
  readonly rejected: RejectedPolicy | undefined;
}

interface Offers {
  readonly api: Map<string, ApiPolicy>;
  readonly discovered: Map<string, Policy>;
  files: { readonly policies: readonly Policy[]; readonly rejected: readonly FileRejection[] };
}

/** An empty book. */
export function createPolicyBook(options: PolicyBookOptions): PolicyBook {
  const offers: Offers = { api: new Map(), discovered: new Map(), files: { policies: [], rejected: [] } };
  const said = new Map<string, string>();
  let inForce: ReadonlyMap<string, Policy> = new Map();
  let rejected: readonly RejectedPolicy[] = [];
  const settle = (): void => {
    const before = inForce;
    const { active, conflicts, excess } = settlePolicies(offeredPolicies(offers));
    inForce = new Map(active.map((policy) => [policy.uid, policy]));
    const invalid = invalidOf(offers);
    const others = conflicts.filter(({ policy }) => invalid.every(({ uid }) => uid !== policy.uid));
    rejected = [...invalid, ...others.map(rejectConflict), ...excess.map(rejectExcess)];
    report(options.sink, before, inForce);
    say(options.sink, { api: offers.api, rejected, said });
  };
  return {
    api: (uid, document, wallMs) => {
      offers.api.set(uid, readOffer(options, uid, { document, wallMs, known: offers.api.get(uid)?.valid }));
      settle();
    },
    apiGone: (uid) => {
      if (offers.api.delete(uid)) settle();
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
    applied: () => [...offers.api.values()].map(({ applied }) => applied),
  };
}

function offeredPolicies({ api, files, discovered }: Offers): readonly Policy[] {
  const valid = [...api.values()].flatMap((own) => own.valid ?? []);
  return [...valid, ...files.policies, ...discovered.values()];
}

interface Offer {
  readonly document: unknown;
  readonly wallMs: number;
  readonly known: Policy | undefined;
}

function readOffer(
  { cluster, collectorNamespace }: PolicyBookOptions,
  uid: string,
  { document, wallMs, known }: Offer,
): ApiPolicy {
  const createdAtFallback = known?.createdAt ?? wallMs;
  const resolved = resolvePolicy({ document, origin: 'API', cluster, collectorNamespace, createdAtFallback });
  const heading = readHeading(document);
  const generation = Number(valueAt(document, ['metadata', 'generation']) ?? 0);
  const { namespace, name } = heading;
  const applied = { uid, namespace, name, generation, status: valueAt(document, ['status']) };
  const head = { heading, applied };
  if (!resolved.ok) {
    const { faults } = resolved;
    return { ...head, valid: known, rejected: rejectDocument(uid, heading, { faults, kept: known !== undefined }) };
  }
  // What changed in the status alone changed nothing of the policy: the same object says so.
  return { ...head, valid: isDeepStrictEqual(known, resolved.policy) ? known : resolved.policy, rejected: undefined };
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

function invalidOf({ api, files }: Offers): readonly RejectedPolicy[] {
  const fromApi = [...api.values()].flatMap((own) => own.rejected ?? []);
  return [...fromApi, ...files.rejected.map(rejectFile)];
}

function report(sink: PolicyBookSink, before: ReadonlyMap<string, Policy>, after: ReadonlyMap<string, Policy>): void {
  const gone = [...before.values()].filter(({ uid }) => !after.has(uid));
  const changed = [...after.values()].filter((policy) => before.get(policy.uid) !== policy);
  if (gone.length + changed.length > 0) sink.inForce(changed, gone);
}

interface Said {
  readonly api: ReadonlyMap<string, ApiPolicy>;
  readonly rejected: readonly RejectedPolicy[];
  readonly said: Map<string, string>;
}

function say(sink: PolicyBookSink, { api, rejected, said }: Said): void {
  const bad = new Map(rejected.map((own) => [own.uid, own]));
  for (const uid of [...said.keys()]) if (!api.has(uid) && !bad.has(uid)) said.delete(uid);
  const tell = (uid: string, policy: ConditionedPolicy): void => {
    const condition = readyCondition(bad.get(uid));
    const text = `${condition.reason} ${condition.message}`;
    if (said.get(uid) === text) return;
    said.set(uid, text);
    sink.conditioned(policy, condition);
  };
  for (const [uid, { heading }] of api) {
    tell(uid, { namespace: heading.namespace, name: heading.name, origin: 'API' });
  }
  for (const { uid, namespace, name, origin } of rejected) {
    if (origin !== 'API') tell(uid, { namespace, name, origin });
  }
}
