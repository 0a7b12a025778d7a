/** From manifests to what is planned: DaemonSets and nodes, checked and projected. */
import { projectDaemonSet } from '../watch/project-daemon-set.ts';
import { createNodeSharing, projectNode, type NodeSharing } from '../watch/project-node.ts';
import { createInterner, isFields, readFields, readString, type Fields, type Interner } from '../watch/read-field.ts';
import { checkDaemonSet, checkNode } from './plan-check.ts';
import { readManifests, type Manifest } from './plan-documents.ts';
import { listHostPorts, readAmounts, sumRequests } from './plan-requests.ts';
import type { PlannedDaemonSet, PlannedNode } from './plan-rows.ts';

/** A file as read; `name` is for messages. */
export interface InputFile {
  readonly name: string;
  readonly text: string;
}

/** What was read, or every fault that keeps it from being planned. */
export interface Input<T> {
  readonly items: readonly T[];
  readonly faults: readonly string[];
}

const INTERNED = 10_000;

/** The DaemonSets of the files; those without a namespace get the given one. */
export function readDaemonSets(files: readonly InputFile[], namespace: string): Input<PlannedDaemonSet> {
  const intern = createInterner(INTERNED);
  const input = readInput(files, { apiVersion: 'apps/v1', kind: 'DaemonSet' }, checkDaemonSet);
  const items = input.items.map(({ fields }) => planDaemonSet(fields, namespace, intern));
  const names = items.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const doubled = [...twice].map((name) => `DaemonSet ${name} is given more than once: remove or rename all but one`);
  return { items, faults: [...input.faults, ...doubled] };
}

/** The nodes of the files. */
export function readNodes(files: readonly InputFile[]): Input<PlannedNode> {
  const sharing = createNodeSharing(createInterner(INTERNED));
  const { items, faults } = readInput(files, { apiVersion: 'v1', kind: 'Node' }, checkNode);
  return { items: items.map(({ fields }) => planNode(fields, sharing)), faults };
}

/** A node in short, from a manifest or the API. Throws if it has no name. */
export function planNode(raw: Fields, sharing: NodeSharing): PlannedNode {
  const { name, taints, sharedLabels, ownLabels } = projectNode(identify(raw), sharing);
  const allocatable = readFields(raw, 'status')['allocatable'];
  return {
    name,
    taints,
    sharedLabels,
    ownLabels,
    allocatable: isFields(allocatable) ? readAmounts(allocatable) : undefined,
  };
}

function planDaemonSet(raw: Fields, defaultNamespace: string, intern: Interner): PlannedDaemonSet {
  const { name, namespace, placement } = projectDaemonSet(identify(raw), intern);
  const podSpec = readFields(readFields(readFields(raw, 'spec'), 'template'), 'spec');
  return {
    name: `${namespace || defaultNamespace}/${name}`,
    placement,
    requests: sumRequests(podSpec),
    hostPorts: listHostPorts(podSpec),
  };
}

// Projection wants a uid, which a manifest has not got before it is applied.
function identify(raw: Fields): Fields {
  const metadata = readFields(raw, 'metadata');
  return { ...raw, metadata: { ...metadata, uid: readString(metadata, 'uid') || 'not applied yet' } };
}

type Check = (manifest: Manifest) => readonly string[];

function readInput(
  files: readonly InputFile[],
  wanted: { apiVersion: string; kind: string },
  check: Check,
): Input<Manifest> {
  const inputs = files.map(({ name, text }) => readManifests(name, text, wanted));
  const manifests = inputs.flatMap((input) => input.manifests);
  const faults = [...inputs.flatMap((input) => input.faults), ...manifests.flatMap(check)];
  // Nothing is projected before all is right: the reader gets every fault at once.
  return { items: faults.length === 0 ? manifests : [], faults };
}
