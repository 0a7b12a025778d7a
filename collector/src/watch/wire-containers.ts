/** Projects the status of a container in protobuf. */
import type { ContainerObject, Termination } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { CONTAINER, RUNNING, STATE, TERMINATED, WAITING } from './wire-fields.ts';
import { readWireMessage, readWireTime } from './wire-reader.ts';

type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

/** What a container does at the moment, or did before. */
type State = Draft<Pick<ContainerObject, 'running' | 'startedAt' | 'waiting' | 'terminated'>>;

/** What of a container was read so far. */
interface ContainerDraft {
  name: string;
  ready: boolean;
  restarts: number;
  started: boolean | undefined;
  /** Where its image is written: of a container that is well it is not asked for. */
  imageFrom: number;
  imageTo: number;
  imageIdFrom: number;
  imageIdTo: number;
  readonly state: State;
  readonly lastState: State;
}

/** The image ids of a pod's containers, as far as they were read: joined by spaces, whether each had one, and when the last was started. */
export interface WireImageIds {
  ids: string;
  isComplete: boolean;
  startedAt: number | undefined;
}

/** The container; undefined for one that is well. Adds its image id to `images`, which an init container has none of. */
export function readWireContainer(wire: Wire, images: WireImageIds | undefined): ContainerObject | undefined {
  const init = images === undefined;
  const draft: ContainerDraft = {
    name: '',
    ready: false,
    restarts: 0,
    started: undefined,
    imageFrom: 0,
    imageTo: 0,
    imageIdFrom: 0,
    imageIdTo: 0,
    state: { running: false },
    lastState: { running: false },
  };
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) readContainerField(wire, field, draft);
  if (images !== undefined) noteImageId(wire, images, draft);
  wire.leave(mark);
  const { name, ready, restarts, started, state, lastState } = draft;
  const { running, startedAt, waiting, terminated } = state;
  if (restarts === 0 && ((ready && running) || (init && terminated?.exitCode === 0))) return undefined;
  const image = wire.textAt(draft.imageFrom, draft.imageTo);
  const lastTerminated = lastState.terminated;
  return { name, init, ready, running, restarts, image, started, startedAt, waiting, terminated, lastTerminated };
}

function noteImageId(wire: Wire, images: WireImageIds, { imageIdFrom, imageIdTo, state }: ContainerDraft): void {
  if (state.startedAt !== undefined) images.startedAt = Math.max(images.startedAt ?? 0, state.startedAt);
  const id = wire.textAt(imageIdFrom, imageIdTo);
  if (id === '') images.isComplete = false;
  else images.ids = images.ids === '' ? id : `${images.ids} ${id}`;
}

function readContainerField(wire: Wire, field: number, draft: ContainerDraft): void {
  switch (field) {
    case CONTAINER.name:
      draft.name = wire.text();
      break;
    case CONTAINER.state:
      readState(wire, draft.state);
      break;
    case CONTAINER.lastState:
      readState(wire, draft.lastState);
      break;
    case CONTAINER.ready:
      draft.ready = wire.isTrue();
      break;
    case CONTAINER.restartCount:
      draft.restarts = Math.max(0, wire.value());
      break;
    case CONTAINER.imageId:
      draft.imageIdFrom = wire.from;
      draft.imageIdTo = wire.to;
      break;
    case CONTAINER.started:
      draft.started = wire.isTrue();
      break;
    case CONTAINER.image:
      draft.imageFrom = wire.from;
      draft.imageTo = wire.to;
      break;
  }
}

function readState(wire: Wire, state: State): void {
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === STATE.running) readRunning(wire, state);
    else if (field === STATE.waiting) state.waiting = readWaiting(wire);
    else if (field === STATE.terminated) state.terminated = readTermination(wire);
  }
  wire.leave(mark);
}

function readRunning(wire: Wire, state: State): void {
  state.running = true;
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next())
    if (field === RUNNING.startedAt) state.startedAt = readWireTime(wire);
  wire.leave(mark);
}

function readWaiting(wire: Wire): NonNullable<ContainerObject['waiting']> {
  const waiting = { reason: '', message: '' };
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === WAITING.reason) waiting.reason = wire.text();
    else if (field === WAITING.message) waiting.message = readWireMessage(wire);
  }
  wire.leave(mark);
  return waiting;
}

function readTermination(wire: Wire): Termination {
  const ended: Draft<Termination> = { reason: '', message: '', exitCode: 0, signal: 0, finishedAt: undefined };
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === TERMINATED.exitCode) ended.exitCode = wire.value();
    else if (field === TERMINATED.signal) ended.signal = wire.value();
    else if (field === TERMINATED.reason) ended.reason = wire.text();
    else if (field === TERMINATED.message) ended.message = readWireMessage(wire);
    else if (field === TERMINATED.finishedAt) ended.finishedAt = readWireTime(wire);
  }
  wire.leave(mark);
  return ended;
}
