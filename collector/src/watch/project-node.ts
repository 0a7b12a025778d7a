/** Projects a Node as parsed to the fields that Rollcall keeps. */
import {
  GROUP,
  markOf,
  NODE_CONDITION,
  type Condition,
  type Editor,
  type NodeObject,
  type Taint,
} from '@rollcall/contract';
import { ConditionSharer } from './condition-sharer.ts';
import { NO_ITEMS, append, asFields, isFields, readFields, readList, readString, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { toMillis } from './parse-quantity.ts';
import { PairSharer, type SplitPairs } from './pair-sharer.ts';
import { OwnedFields } from './wire-editor.ts';
import { identify, projectCondition, projectReady, readConditions, type ConditionSharing } from './read-metadata.ts';

// Policies name annotations by their key, or with a value of at most so many characters. Longer values (last-applied-configuration,
// CSI and CNI state) are the bulk of them: of those only the key is kept.
/** So many characters of an annotation's value are kept, or none. */
export const MAX_ANNOTATION = 63;

/** What the nodes of one connection share. */
export interface NodeSharing extends ConditionSharing {
  readonly labels: PairSharer;
  readonly annotations: PairSharer;
  /** What managers own, where it is not parsed yet. */
  readonly owned: OwnedFields;
}

/** Nothing shared yet. */
export function createNodeSharing(intern: Interner): NodeSharing {
  return {
    intern,
    conditions: new ConditionSharer(),
    labels: new PairSharer(),
    annotations: new PairSharer(),
    owned: new OwnedFields((fieldsV1) => ownsLabelsOrTaints(asFields(fieldsV1))),
  };
}

/** The node in short; throws only if it has no uid or name. */
export function projectNode(raw: unknown, sharing: NodeSharing): NodeObject {
  const { intern } = sharing;
  const { fields, metadata, uid, name } = identify('Node', raw);
  const spec = readFields(fields, 'spec');
  const conditions = readConditions(fields);
  const labels = projectLabels(readFields(metadata, 'labels'), sharing);
  const annotations = projectAnnotations(readFields(metadata, 'annotations'), sharing);
  const { ready, readySince } = projectReady(conditions, sharing);
  const { hosts, ips } = projectAddresses(readList(readFields(fields, 'status'), 'addresses'), { name, intern });
  // Written out field by field: a spread would leave each of 100,000 nodes with room to spare.
  return {
    uid,
    // The same text as the label kubernetes.io/hostname and as its pods' nodeName, as a rule.
    name: intern(name),
    sharedLabels: labels.shared,
    ownLabels: labels.own,
    sharedAnnotations: annotations.shared,
    ownAnnotations: annotations.own,
    createdAt: readTime(metadata, 'creationTimestamp'),
    deletedAt: readTime(metadata, 'deletionTimestamp'),
    unschedulable: spec['unschedulable'] === true,
    taints: projectTaints(readList(spec, 'taints'), intern),
    ready,
    readySince,
    problems: projectProblems(conditions, sharing),
    daemonReady: projectDaemonReady(conditions, sharing),
    editor: findEditor(readList(metadata, 'managedFields'), intern),
    providerId: readString(spec, 'providerID'),
    hosts,
    ips,
    cpuMillis: toMillis(readFields(readFields(fields, 'status'), 'capacity')['cpu']),
  };
}

/** The addresses by which agents name the machine that they run on. */
function projectAddresses(
  addresses: readonly unknown[],
  { name, intern }: { readonly name: string; readonly intern: Interner },
): Pick<NodeObject, 'hosts' | 'ips'> {
  let hosts: readonly string[] = NO_ITEMS;
  let ips: readonly string[] = NO_ITEMS;
  for (const fields of addresses.filter(isFields)) {
    const type = fields['type'];
    const address = readString(fields, 'address');
    if (address === '') continue;
    // As a rule an annotation has the same address.
    if (type === 'InternalIP') ips = append(ips, intern(address));
    else if ((type === 'Hostname' || type === 'InternalDNS') && address !== name && !hosts.includes(address))
      hosts = append(hosts, address);
  }
  return { hosts, ips };
}

function projectLabels(raw: Fields, { labels, intern }: NodeSharing): SplitPairs {
  labels.begin();
  for (const key in raw) {
    const value = raw[key];
    if (typeof value === 'string') labels.add(key, intern(value));
  }
  return labels.take();
}

function projectAnnotations(raw: Fields, { annotations, intern }: NodeSharing): SplitPairs {
  annotations.begin();
  for (const key in raw) {
    const value = raw[key];
    if (typeof value === 'string') annotations.add(key, value.length <= MAX_ANNOTATION ? intern(value) : '');
  }
  return annotations.take();
}

function projectTaints(taints: readonly unknown[], intern: Interner): readonly Taint[] {
  if (taints.length === 0) return NO_ITEMS;
  return taints.filter(isFields).map((taint) => ({
    key: intern(readString(taint, 'key')),
    value: intern(readString(taint, 'value')),
    effect: intern(readString(taint, 'effect')),
    timeAdded: readTime(taint, 'timeAdded'),
  }));
}

function projectProblems(conditions: readonly Fields[], sharing: NodeSharing): NodeObject['problems'] {
  const problems = conditions.filter((condition) => condition['status'] === 'True' && isProblem(condition['type']));
  if (problems.length === 0) return NO_ITEMS;
  return problems.map((fields): Condition & { readonly type: string } => ({
    type: sharing.intern(readString(fields, 'type')),
    ...projectCondition(fields, sharing),
  }));
}

const OWN_PREFIX = `${GROUP}/`;

/** Whether a condition of that type is a problem when it is True. */
export function isProblem(type: unknown): boolean {
  return typeof type === 'string' && type !== '' && type !== 'Ready' && !type.startsWith(OWN_PREFIX);
}

function projectDaemonReady(conditions: readonly Fields[], sharing: NodeSharing): string | undefined {
  const own = conditions.find((fields) => fields['type'] === NODE_CONDITION);
  return own && sharing.intern(markOf(projectCondition(own, sharing)));
}

function findEditor(managedFields: readonly unknown[], intern: Interner): Editor | undefined {
  let editor: Editor | undefined;
  for (const entry of managedFields.filter(isFields)) {
    if (entry['subresource'] === 'status' || !ownsLabelsOrTaints(readFields(entry, 'fieldsV1'))) continue;
    const at = readTime(entry, 'time');
    if (editor === undefined || (at ?? 0) > (editor.at ?? 0))
      editor = { manager: intern(readString(entry, 'manager')), at };
  }
  return editor;
}

function ownsLabelsOrTaints(fieldsV1: Fields): boolean {
  return 'f:labels' in asFields(fieldsV1['f:metadata']) || 'f:taints' in asFields(fieldsV1['f:spec']);
}
