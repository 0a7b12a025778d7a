/** Projects a Node as parsed to the fields that Rollcall keeps. */
import type { Condition, Editor, NodeObject, StringMap, Taint } from '@rollcall/contract';
import { NO_ITEMS, NO_PAIRS, asFields, isFields, readFields, readList, readString, readTime } from './read-field.ts';
import { takeStringMap } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { NO_CONDITION, findCondition, identify, projectCondition, readConditions } from './read-metadata.ts';

// Policies name annotations by their key, or with a value of at most so many characters. Longer values (last-applied-configuration,
// CSI and CNI state) are the bulk of them: of those only the key is kept.
const MAX_ANNOTATION = 63;

/** The node in short. Takes over and changes `raw`'s labels; throws only if the node has no uid or name. */
export function projectNode(raw: unknown, intern: Interner): NodeObject {
  const { fields, metadata, uid, name } = identify('Node', raw);
  const spec = readFields(fields, 'spec');
  const conditions = readConditions(fields);
  return {
    uid,
    // The same text as the label kubernetes.io/hostname and as its pods' nodeName, as a rule.
    name: intern(name),
    labels: takeStringMap(metadata, 'labels', intern),
    annotations: projectAnnotations(readFields(metadata, 'annotations'), intern),
    createdAt: readTime(metadata, 'creationTimestamp'),
    deletedAt: readTime(metadata, 'deletionTimestamp'),
    unschedulable: spec['unschedulable'] === true,
    taints: projectTaints(readList(spec, 'taints'), intern),
    ready: findCondition(conditions, 'Ready', intern) ?? NO_CONDITION,
    problems: projectProblems(conditions, intern),
    editor: findEditor(readList(metadata, 'managedFields'), intern),
    providerId: readString(spec, 'providerID'),
    ...projectAddresses(readList(readFields(fields, 'status'), 'addresses'), name),
  };
}

/** The addresses by which agents name the machine that they run on. */
function projectAddresses(addresses: readonly unknown[], name: string): Pick<NodeObject, 'hosts' | 'ips'> {
  let hosts: readonly string[] = NO_ITEMS;
  let ips: readonly string[] = NO_ITEMS;
  for (const fields of addresses.filter(isFields)) {
    const type = fields['type'];
    const address = readString(fields, 'address');
    if (address === '') continue;
    if (type === 'InternalIP') ips = [...ips, address];
    else if ((type === 'Hostname' || type === 'InternalDNS') && address !== name && !hosts.includes(address))
      hosts = [...hosts, address];
  }
  return { hosts, ips };
}

function projectAnnotations(annotations: Fields, intern: Interner): StringMap {
  const kept: [string, string][] = [];
  for (const key in annotations) {
    const value = annotations[key];
    if (typeof value === 'string') kept.push([key, value.length <= MAX_ANNOTATION ? intern(value) : '']);
  }
  return kept.length === 0 ? NO_PAIRS : Object.fromEntries(kept);
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

function projectProblems(conditions: readonly Fields[], intern: Interner): NodeObject['problems'] {
  const problems = conditions.filter((condition) => condition['status'] === 'True' && isProblem(condition['type']));
  if (problems.length === 0) return NO_ITEMS;
  return problems.map((fields): Condition & { readonly type: string } => ({
    type: intern(readString(fields, 'type')),
    ...projectCondition(fields, intern),
  }));
}

function isProblem(type: unknown): boolean {
  return typeof type === 'string' && type !== '' && type !== 'Ready';
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
