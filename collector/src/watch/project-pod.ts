/** Projects a daemon pod as parsed to the fields that Rollcall keeps. */
import { packSteps, type Condition, type ContainerObject, type PodObject, type Termination } from '@rollcall/contract';
import { ConditionSharer } from './condition-sharer.ts';
import { NO_ITEMS, isFields, readCount, readFields, readInteger, readList, readMessage } from './read-field.ts';
import { readString, readStrings, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';
import { findCondition, identify, projectCondition, projectReady } from './read-metadata.ts';
import { readConditions, readDaemonSetOwner, type ConditionSharing } from './read-metadata.ts';
import { PodSharer } from './shared-pod.ts';

/** What of a pod is not looked into: two thirds of it. (The images of a node are as large, but finding their end costs what is saved.) */
export const UNREAD_OF_PODS: readonly string[] = ['managedFields', 'volumes', 'containers'];

/** The label that names a pod's revision. */
export const HASH_LABEL = 'controller-revision-hash';

/** What the pods of one connection share. */
export interface PodSharing extends ConditionSharing {
  readonly pods: PodSharer;
}

/** Nothing shared yet. */
export function createPodSharing(intern: Interner): PodSharing {
  return { intern, conditions: new ConditionSharer(), pods: new PodSharer() };
}

/** The pod in short; throws only if it has no uid or name. */
export function projectPod(raw: unknown, sharing: PodSharing): PodObject {
  const { intern, pods } = sharing;
  const { fields, metadata, uid, name } = identify('Pod', raw);
  const spec = readFields(fields, 'spec');
  const status = readFields(fields, 'status');
  const conditions = readConditions(fields);
  const nodeName = readString(spec, 'nodeName');
  const { ready, readySince } = projectReady(conditions, sharing);
  const target = intern(nodeName === '' ? findTarget(spec) : nodeName);
  const createdAt = readTime(metadata, 'creationTimestamp');
  return pods.share(
    { uid, name, target, createdAt, readySince, steps: projectSteps(createdAt, conditions, status) },
    {
      namespace: intern(readString(metadata, 'namespace')),
      ownerUid: readDaemonSetOwner(metadata, intern),
      bound: nodeName !== '',
      phase: intern(readString(status, 'phase')),
      reason: intern(readString(status, 'reason')),
      message: readMessage(status, 'message', intern),
      hash: intern(readString(readFields(metadata, 'labels'), HASH_LABEL)),
      deletedAt: readTime(metadata, 'deletionTimestamp'),
      finalizers: readStrings(metadata, 'finalizers', intern),
      ready,
      scheduled: projectStep(conditions, 'PodScheduled', sharing),
      initialized: projectStep(conditions, 'Initialized', sharing),
      disruption: projectIfThere(conditions, 'DisruptionTarget', sharing),
      sandbox: projectStep(conditions, 'PodReadyToStartContainers', sharing),
      imageIds: projectImageIds(status, intern),
      containers: projectContainers(status, intern),
    },
  );
}

function projectIfThere(conditions: readonly Fields[], type: string, sharing: PodSharing): Condition | undefined {
  const found = findCondition(conditions, type);
  return found && projectCondition(found, sharing);
}

/** A step that is done: of it nobody asks more. */
export const DONE: Condition = Object.freeze({ status: 'True', reason: '', message: '' });

function projectStep(conditions: readonly Fields[], type: string, sharing: PodSharing): Condition | undefined {
  const step = projectIfThere(conditions, type, sharing);
  return step?.status === 'True' ? DONE : step;
}

function projectSteps(createdAt: number | undefined, conditions: readonly Fields[], status: Fields): number {
  const scheduled = findCondition(conditions, 'PodScheduled');
  const isScheduled = scheduled !== undefined && readString(scheduled, 'status') === 'True';
  const scheduledAt = isScheduled ? readTime(scheduled, 'lastTransitionTime') : undefined;
  let startedAt: number | undefined;
  for (const container of readList(status, 'containerStatuses').filter(isFields)) {
    const at = readTime(readFields(readFields(container, 'state'), 'running'), 'startedAt');
    if (at !== undefined) startedAt = Math.max(startedAt ?? 0, at);
  }
  return packSteps(createdAt, { scheduledAt, startedAt });
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
    ...projectUnhealthy(readList(status, 'initContainerStatuses'), true, intern),
    ...projectUnhealthy(readList(status, 'containerStatuses'), false, intern),
  ];
  return containers.length === 0 ? NO_ITEMS : containers;
}

function projectImageIds(status: Fields, intern: Interner): string {
  const ids = readList(status, 'containerStatuses')
    .filter(isFields)
    .map((container) => readString(container, 'imageID'));
  return ids.includes('') ? '' : intern(ids.join(' '));
}

function projectUnhealthy(statuses: readonly unknown[], init: boolean, intern: Interner): readonly ContainerObject[] {
  const unhealthy = statuses.filter(isFields).filter((status) => !isHealthy(status, init));
  return unhealthy.map((status) => projectContainer(status, init, intern));
}

// An init container that has done its work is as good as a container that runs and is ready.
function isHealthy(status: Fields, init: boolean): boolean {
  if (readCount(status, 'restartCount') > 0) return false;
  const { running, terminated } = readFields(status, 'state');
  if (status['ready'] === true && isFields(running)) return true;
  return init && isFields(terminated) && readInteger(terminated, 'exitCode') === 0;
}

function projectContainer(status: Fields, init: boolean, intern: Interner): ContainerObject {
  const state = readFields(status, 'state');
  return {
    name: intern(readString(status, 'name')),
    init,
    ready: status['ready'] === true,
    running: isFields(state['running']),
    restarts: readCount(status, 'restartCount'),
    image: intern(readString(status, 'image')),
    started: typeof status['started'] === 'boolean' ? status['started'] : undefined,
    startedAt: readTime(readFields(state, 'running'), 'startedAt'),
    waiting: projectWaiting(state['waiting'], intern),
    terminated: projectTermination(state['terminated'], intern),
    lastTerminated: projectTermination(readFields(status, 'lastState')['terminated'], intern),
  };
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
