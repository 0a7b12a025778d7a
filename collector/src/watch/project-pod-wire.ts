/** Projects a daemon pod in protobuf: the same as `projectPod` makes of its JSON, without anything in between. */
import { packSteps, type Condition, type PodObject } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { NO_CONDITION } from './condition-sharer.ts';
import { DONE, HASH_LABEL, type PodSharing } from './project-pod.ts';
import { append, NO_ITEMS } from './read-field.ts';
import { requireIdentity } from './read-metadata.ts';
import type { PodIdentity, PodState } from './shared-pod.ts';
import { readWireContainer, type WireImageIds } from './wire-containers.ts';
import { ENTRY, META, OBJECT, OWNER, POD_SPEC, POD_STATUS } from './wire-fields.ts';
import { readWireMessage, readWireTime, WireCondition } from './wire-reader.ts';
import { readWireTarget } from './wire-target.ts';

type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

/** What of a pod was read so far. */
interface PodDraft {
  readonly identity: Draft<PodIdentity>;
  readonly state: Draft<PodState>;
  /** The node that its affinity names; undefined until one was named. */
  wanted: string | undefined;
  hasOwner: boolean;
  initContainers: PodState['containers'];
  readonly images: WireImageIds;
  /** The first PodScheduled condition counts. */
  isScheduledRead: boolean;
  scheduledAt: number | undefined;
}

/** The pod in short; throws only if it has no uid or name, or is no protobuf. */
export function projectPodWire(wire: Wire, uid: string, sharing: PodSharing): PodObject {
  const draft = draftPod(uid);
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    const mark = wire.enter();
    if (field === OBJECT.metadata) readMetadata(wire, draft);
    else if (field === OBJECT.spec) readSpec(wire, draft);
    else if (field === OBJECT.status) readStatus(wire, draft, sharing);
    wire.leave(mark);
  }
  const { identity, state, wanted, initContainers } = draft;
  requireIdentity('Pod', identity);
  state.bound = identity.target !== '';
  if (!state.bound) identity.target = wanted ?? '';
  state.imageIds = draft.images.isComplete ? sharing.intern(draft.images.ids) : '';
  const { scheduledAt, images } = draft;
  identity.steps = packSteps(identity.createdAt, { scheduledAt, startedAt: images.startedAt });
  if (initContainers.length > 0) state.containers = [...initContainers, ...state.containers];
  return sharing.pods.share(identity, state);
}

function draftPod(uid: string): PodDraft {
  return {
    identity: { uid, name: '', target: '', createdAt: undefined, readySince: undefined, steps: 0 },
    state: {
      namespace: '',
      ownerUid: '',
      bound: false,
      phase: '',
      reason: '',
      message: '',
      hash: '',
      deletedAt: undefined,
      finalizers: NO_ITEMS,
      ready: NO_CONDITION,
      scheduled: undefined,
      initialized: undefined,
      disruption: undefined,
      sandbox: undefined,
      imageIds: '',
      containers: NO_ITEMS,
    },
    wanted: undefined,
    hasOwner: false,
    initContainers: NO_ITEMS,
    images: { ids: '', isComplete: true, startedAt: undefined },
    isScheduledRead: false,
    scheduledAt: undefined,
  };
}

function readMetadata(wire: Wire, draft: PodDraft): void {
  const { identity, state } = draft;
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    switch (field) {
      case META.name:
        identity.name = wire.ownText();
        break;
      case META.namespace:
        state.namespace = wire.text();
        break;
      case META.creationTimestamp:
        identity.createdAt = readWireTime(wire);
        break;
      case META.deletionTimestamp:
        state.deletedAt = readWireTime(wire);
        break;
      case META.labels:
        readHash(wire, state);
        break;
      case META.ownerReferences:
        if (!draft.hasOwner) readOwner(wire, draft);
        break;
      case META.finalizers:
        state.finalizers = append(state.finalizers, wire.text());
        break;
    }
  }
}

function readHash(wire: Wire, state: PodDraft['state']): void {
  let isHash = false;
  let from = 0;
  let to = 0;
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === ENTRY.key) isHash = wire.isText(HASH_LABEL);
    else if (field === ENTRY.value) [from, to] = [wire.from, wire.to];
  }
  wire.leave(mark);
  if (isHash) state.hash = wire.textAt(from, to);
}

function readOwner(wire: Wire, draft: PodDraft): void {
  let isDaemonSet = false;
  let isController = false;
  let uid = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === OWNER.kind) isDaemonSet = wire.isText('DaemonSet');
    else if (field === OWNER.controller) isController = wire.isTrue();
    else if (field === OWNER.uid) uid = wire.text();
  }
  wire.leave(mark);
  draft.hasOwner = isDaemonSet && isController;
  if (draft.hasOwner) draft.state.ownerUid = uid;
}

function readSpec(wire: Wire, draft: PodDraft): void {
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === POD_SPEC.nodeName) draft.identity.target = wire.text();
    // A pod that has its node is not asked where it wants to go.
    else if (field === POD_SPEC.affinity && draft.identity.target === '') draft.wanted ??= readWireTarget(wire);
  }
}

function readStatus(wire: Wire, draft: PodDraft, sharing: PodSharing): void {
  const { state } = draft;
  const condition = new WireCondition();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    switch (field) {
      case POD_STATUS.phase:
        state.phase = wire.text();
        break;
      case POD_STATUS.reason:
        state.reason = wire.text();
        break;
      case POD_STATUS.message:
        state.message = readWireMessage(wire);
        break;
      case POD_STATUS.conditions:
        condition.read(wire);
        noteCondition(wire, draft, { condition, sharing });
        break;
      case POD_STATUS.containerStatuses:
        state.containers = withContainer(state.containers, readWireContainer(wire, draft.images));
        break;
      case POD_STATUS.initContainerStatuses:
        draft.initContainers = withContainer(draft.initContainers, readWireContainer(wire, undefined));
        break;
    }
  }
}

function withContainer(
  containers: PodState['containers'],
  one: PodState['containers'][number] | undefined,
): PodState['containers'] {
  return one === undefined ? containers : [...containers, one];
}

interface Noted {
  readonly condition: WireCondition;
  readonly sharing: PodSharing;
}

function shareStep(wire: Wire, { condition, sharing }: Noted): Condition {
  return condition.status === 'True' ? DONE : condition.share(wire, sharing);
}

/** Of each type the first one counts. */
function noteCondition(wire: Wire, draft: PodDraft, { condition, sharing }: Noted): void {
  const { identity, state } = draft;
  switch (condition.type) {
    case 'Ready':
      if (state.ready !== NO_CONDITION) return;
      state.ready = condition.share(wire, sharing);
      identity.readySince = condition.since;
      return;
    case 'PodScheduled':
      if (!draft.isScheduledRead && condition.status === 'True') draft.scheduledAt = condition.since;
      draft.isScheduledRead = true;
      state.scheduled ??= shareStep(wire, { condition, sharing });
      return;
    case 'Initialized':
      state.initialized ??= shareStep(wire, { condition, sharing });
      return;
    case 'PodReadyToStartContainers':
      state.sandbox ??= shareStep(wire, { condition, sharing });
      return;
    case 'DisruptionTarget':
      state.disruption ??= condition.share(wire, sharing);
  }
}
