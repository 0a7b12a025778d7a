/** Projects a daemon pod as parsed to the fields that Rollcall keeps. */
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import { NO_ITEMS, isFields, readCount, readFields, readInteger, readList, readMessage } from './read-field.ts';
import { readString, readStrings, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { NO_CONDITION, findCondition, identify, readConditions, readDaemonSetOwner } from './read-metadata.ts';

/** The pod in short; throws only if it has no uid or name. */
export function projectPod(raw: unknown, intern: Interner): PodObject {
  const { fields, metadata, uid, name } = identify('Pod', raw);
  const spec = readFields(fields, 'spec');
  const status = readFields(fields, 'status');
  const conditions = readConditions(fields);
  const nodeName = readString(spec, 'nodeName');
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    ownerUid: readDaemonSetOwner(metadata, intern),
    target: intern(nodeName === '' ? findTarget(spec) : nodeName),
    bound: nodeName !== '',
    phase: intern(readString(status, 'phase')),
    reason: intern(readString(status, 'reason')),
    message: readMessage(status, 'message', intern),
    hash: intern(readString(readFields(metadata, 'labels'), 'controller-revision-hash')),
    createdAt: readTime(metadata, 'creationTimestamp'),
    deletedAt: readTime(metadata, 'deletionTimestamp'),
    finalizers: readStrings(metadata, 'finalizers', intern),
    ready: findCondition(conditions, 'Ready', intern) ?? NO_CONDITION,
    scheduled: findCondition(conditions, 'PodScheduled', intern),
    initialized: findCondition(conditions, 'Initialized', intern),
    disruption: findCondition(conditions, 'DisruptionTarget', intern),
    containers: projectContainers(status, intern),
  };
}

// daemon/util.GetTargetNodeName: the first In on metadata.name counts, and only with a single value.
function findTarget(spec: Fields): string {
  const nodeAffinity = readFields(readFields(spec, 'affinity'), 'nodeAffinity');
  const required = readFields(nodeAffinity, 'requiredDuringSchedulingIgnoredDuringExecution');
  const names = readList(required, 'nodeSelectorTerms')
    .filter(isFields)
    .flatMap((term) => readList(term, 'matchFields'))
    .filter(isFields)
    .find((field) => field['key'] === 'metadata.name' && field['operator'] === 'In');
  const [name, ...others] = names === undefined ? [] : readList(names, 'values');
  return typeof name === 'string' && others.length === 0 ? name : '';
}

function projectContainers(status: Fields, intern: Interner): readonly ContainerObject[] {
  const containers = [
    ...readList(status, 'initContainerStatuses').map((item) => projectContainer(item, true, intern)),
    ...readList(status, 'containerStatuses').map((item) => projectContainer(item, false, intern)),
  ].filter((container) => container !== undefined && !isHealthy(container));
  return containers.length === 0 ? NO_ITEMS : (containers as ContainerObject[]);
}

function projectContainer(item: unknown, init: boolean, intern: Interner): ContainerObject | undefined {
  if (!isFields(item)) return undefined;
  const state = readFields(item, 'state');
  return {
    name: intern(readString(item, 'name')),
    init,
    ready: item['ready'] === true,
    running: isFields(state['running']),
    restarts: readCount(item, 'restartCount'),
    image: intern(readString(item, 'image')),
    waiting: projectWaiting(state['waiting'], intern),
    terminated: projectTermination(state['terminated'], intern),
    lastTerminated: projectTermination(readFields(item, 'lastState')['terminated'], intern),
  };
}

// An init container that has done its work is as good as a container that runs and is ready.
function isHealthy({ init, ready, running, restarts, terminated }: ContainerObject): boolean {
  if (restarts > 0) return false;
  return (ready && running) || (init && terminated?.exitCode === 0);
}

function projectWaiting(waiting: unknown, intern: Interner): ContainerObject['waiting'] {
  if (!isFields(waiting)) return undefined;
  return { reason: intern(readString(waiting, 'reason')), message: readMessage(waiting, 'message', intern) };
}

function projectTermination(terminated: unknown, intern: Interner): Termination | undefined {
  if (!isFields(terminated)) return undefined;
  return {
    reason: intern(readString(terminated, 'reason')),
    message: readMessage(terminated, 'message', intern),
    exitCode: readInteger(terminated, 'exitCode'),
    signal: readInteger(terminated, 'signal'),
    finishedAt: readTime(terminated, 'finishedAt'),
  };
}
