/** Projects a Node in protobuf: the same as `projectNode` makes of its JSON, without anything in between. */
import { markOf, NODE_CONDITION, type NodeObject, type Taint } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { NO_CONDITION } from './condition-sharer.ts';
import { isProblem, MAX_ANNOTATION, type NodeSharing } from './project-node.ts';
import { append, NO_ITEMS, NO_PAIRS } from './read-field.ts';
import { requireIdentity } from './read-metadata.ts';
import { WireManager } from './wire-editor.ts';
import { toMillis } from './parse-quantity.ts';
import { ADDRESS, ENTRY, META, NODE_SPEC, NODE_STATUS, OBJECT, QUANTITY, TAINT } from './wire-fields.ts';
import { readWireTime, WireCondition } from './wire-reader.ts';

type NodeDraft = { -readonly [Field in keyof NodeObject]: NodeObject[Field] };

/** The node in short; throws only if it has no uid or name, or is no protobuf. */
export function projectNodeWire(wire: Wire, uid: string, sharing: NodeSharing): NodeObject {
  const node = draftNode(uid);
  sharing.labels.begin();
  sharing.annotations.begin();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    const mark = wire.enter();
    if (field === OBJECT.metadata) readMetadata(wire, node, sharing);
    else if (field === OBJECT.spec) readSpec(wire, node);
    else if (field === OBJECT.status) readStatus(wire, node, sharing);
    wire.leave(mark);
  }
  requireIdentity('Node', node);
  const labels = sharing.labels.take();
  const annotations = sharing.annotations.take();
  node.sharedLabels = labels.shared;
  node.ownLabels = labels.own;
  node.sharedAnnotations = annotations.shared;
  node.ownAnnotations = annotations.own;
  if (node.hosts.includes(node.name)) node.hosts = node.hosts.filter((host) => host !== node.name);
  return node;
}

// In the order of `projectNode`, so that V8 has one form for both.
function draftNode(uid: string): NodeDraft {
  return {
    uid,
    name: '',
    sharedLabels: NO_PAIRS,
    ownLabels: NO_PAIRS,
    sharedAnnotations: NO_PAIRS,
    ownAnnotations: NO_PAIRS,
    createdAt: undefined,
    deletedAt: undefined,
    unschedulable: false,
    taints: NO_ITEMS,
    ready: NO_CONDITION,
    readySince: undefined,
    problems: NO_ITEMS,
    daemonReady: undefined,
    editor: undefined,
    providerId: '',
    hosts: NO_ITEMS,
    ips: NO_ITEMS,
    cpuMillis: 0,
  };
}

function readMetadata(wire: Wire, node: NodeDraft, { labels, annotations, owned }: NodeSharing): void {
  const manager = new WireManager();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    switch (field) {
      case META.name:
        node.name = wire.text();
        break;
      case META.creationTimestamp:
        node.createdAt = readWireTime(wire);
        break;
      case META.deletionTimestamp:
        node.deletedAt = readWireTime(wire);
        break;
      case META.labels:
        labels.addWire(wire);
        break;
      case META.annotations:
        annotations.addWire(wire, MAX_ANNOTATION);
        break;
      case META.managedFields:
        manager.read(wire);
        node.editor = manager.edit(wire, node.editor, owned);
        break;
    }
  }
}

function readSpec(wire: Wire, node: NodeDraft): void {
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === NODE_SPEC.providerId) node.providerId = wire.ownText();
    else if (field === NODE_SPEC.unschedulable) node.unschedulable = wire.isTrue();
    else if (field === NODE_SPEC.taints) node.taints = [...node.taints, readTaint(wire)];
  }
}

function readTaint(wire: Wire): Taint {
  const taint = { key: '', value: '', effect: '', timeAdded: undefined as number | undefined };
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === TAINT.key) taint.key = wire.text();
    else if (field === TAINT.value) taint.value = wire.text();
    else if (field === TAINT.effect) taint.effect = wire.text();
    else if (field === TAINT.timeAdded) taint.timeAdded = readWireTime(wire);
  }
  wire.leave(mark);
  return taint;
}

function readStatus(wire: Wire, node: NodeDraft, sharing: NodeSharing): void {
  const condition = new WireCondition();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === NODE_STATUS.addresses) readAddress(wire, node);
    else if (field === NODE_STATUS.capacity) readCapacity(wire, node);
    else if (field === NODE_STATUS.conditions) {
      condition.read(wire);
      takeCondition(wire, node, { condition, sharing });
    }
  }
}

interface Read {
  readonly condition: WireCondition;
  readonly sharing: NodeSharing;
}

function takeCondition(wire: Wire, node: NodeDraft, { condition, sharing }: Read): void {
  const { type, status, since } = condition;
  if (type === 'Ready') {
    // The first of them counts.
    if (node.ready === NO_CONDITION) [node.ready, node.readySince] = [condition.share(wire, sharing), since];
  } else if (type === NODE_CONDITION) node.daemonReady ??= sharing.intern(markOf(condition.share(wire, sharing)));
  else if (status === 'True' && isProblem(type))
    node.problems = [...node.problems, { type, ...condition.share(wire, sharing) }];
}

/** One entry of the map; its key comes first, as Go writes it, but need not. */
function readCapacity(wire: Wire, node: NodeDraft): void {
  let isCpu = false;
  let amount = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === ENTRY.key) isCpu = wire.isText('cpu');
    else if (field === ENTRY.value) amount = readQuantity(wire);
  }
  wire.leave(mark);
  if (isCpu) node.cpuMillis = toMillis(amount);
}

function readQuantity(wire: Wire): string {
  let text = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) if (field === QUANTITY.text) text = wire.text();
  wire.leave(mark);
  return text;
}

function readAddress(wire: Wire, node: NodeDraft): void {
  let isIp = false;
  let isHost = false;
  let address = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === ADDRESS.address) address = wire.text();
    else if (field === ADDRESS.type) {
      isIp = wire.isText('InternalIP');
      isHost = wire.isText('Hostname') || wire.isText('InternalDNS');
    }
  }
  wire.leave(mark);
  if (address === '') return;
  if (isIp) node.ips = append(node.ips, address);
  else if (isHost && address !== node.name && !node.hosts.includes(address)) node.hosts = append(node.hosts, address);
}
