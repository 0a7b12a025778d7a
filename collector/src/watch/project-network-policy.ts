/** Projects NetworkPolicies to what they say of Egress, and Namespaces to their labels. */
import type {
  EgressPeer,
  EgressPort,
  EgressRule,
  LabelSelector,
  NamespaceLabelsObject,
  NetworkPolicyObject,
} from '@rollcall/contract';
import { projectLabelSelector } from './project-daemon-set.ts';
import { isFields, readFields, readList, readString, readStrings, takeStringMap } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { identify } from './read-metadata.ts';

const EGRESS = 'Egress';

/** The policy in short. Takes over and changes `raw`'s matchLabels; throws only if it has no uid or name. */
export function projectNetworkPolicy(raw: unknown, intern: Interner): NetworkPolicyObject {
  const { fields, metadata, uid, name } = identify('NetworkPolicy', raw);
  const spec = readFields(fields, 'spec');
  const rules = readItems(spec, 'egress');
  const types = readList(spec, 'policyTypes');
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    podSelector: projectLabelSelector(readFields(spec, 'podSelector'), intern),
    // Without policyTypes a policy is about Egress if it has a rule for it.
    limitsEgress: types.length === 0 ? rules.length > 0 : types.includes(EGRESS),
    egress: rules.map((rule) => projectRule(rule, intern)),
  };
}

/** The namespace's labels. Takes them over from `raw`; throws only if it has no uid or name. */
export function projectNamespaceLabels(raw: unknown, intern: Interner): NamespaceLabelsObject {
  const { metadata, uid, name } = identify('Namespace', raw);
  return { uid, name, labels: takeStringMap(metadata, 'labels', intern) };
}

function projectRule(rule: Fields, intern: Interner): EgressRule {
  return {
    to: readItems(rule, 'to').map((peer) => projectPeer(peer, intern)),
    ports: readItems(rule, 'ports').map(projectPort),
  };
}

function projectPeer(peer: Fields, intern: Interner): EgressPeer {
  const block = readFields(peer, 'ipBlock');
  const readSelector = (key: string): LabelSelector | undefined =>
    isFields(peer[key]) ? projectLabelSelector(peer[key], intern) : undefined;
  return {
    block: isFields(peer['ipBlock'])
      ? { cidr: readString(block, 'cidr'), except: readStrings(block, 'except', intern) }
      : undefined,
    namespaceSelector: readSelector('namespaceSelector'),
    podSelector: readSelector('podSelector'),
  };
}

function projectPort({ protocol, port, endPort }: Fields): EgressPort {
  return {
    protocol: typeof protocol === 'string' ? protocol : 'TCP',
    port: typeof port === 'number' || typeof port === 'string' ? port : undefined,
    endPort: typeof endPort === 'number' ? endPort : undefined,
  };
}

function readItems(fields: Fields, key: string): readonly Fields[] {
  return readList(fields, key).filter(isFields);
}
