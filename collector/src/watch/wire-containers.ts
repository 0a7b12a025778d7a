/** Projects the status of a container in protobuf. */
import type { ContainerObject, Termination } from '@rollcall/contract';
import type { Wire } from '@rollcall/kube';
import { CONTAINER, STATE, TERMINATED, WAITING } from './wire-fields.ts';
import { readWireMessage, readWireTime } from './wire-reader.ts';

type Draft<T> = { -readonly [Field in keyof T]: T[Field] };

/** What a container does at the moment, or did before. */
type State = Draft<Pick<ContainerObject, 'running' | 'waiting' | 'terminated'>>;

/** What of a container was read so far. */
interface ContainerDraft {
  name: string;
  ready: boolean;
  restarts: number;
  /** Where its image is written: of a container that is well it is not asked for. */
  imageFrom: number;
  imageTo: number;
  readonly state: State;
  readonly lastState: State;
}

/** The container; undefined for one that is well. */
export function readWireContainer(wire: Wire, init: boolean): ContainerObject | undefined {
  const draft: ContainerDraft = {
    name: '',
    ready: false,
    restarts: 0,
    imageFrom: 0,
    imageTo: 0,
    state: { running: false },
    lastState: { running: false },
  };
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) readContainerField(wire, field, draft);
  wire.leave(mark);
  const { name, ready, restarts, state, lastState } = draft;
  const { running, waiting, terminated } = state;
  if (restarts === 0 && ((ready && running) || (init && terminated?.exitCode === 0))) return undefined;
  const image = wire.textAt(draft.imageFrom, draft.imageTo);
  const lastTerminated = lastState.terminated;
  return { name, init, ready, running, restarts, image, waiting, terminated, lastTerminated };
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
    case CONTAINER.image:
      draft.imageFrom = wire.from;
      draft.imageTo = wire.to;
      break;
  }
}

function readState(wire: Wire, state: State): void {
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === STATE.running) state.running = true;
    else if (field === STATE.waiting) state.waiting = readWaiting(wire);
    else if (field === STATE.terminated) state.terminated = readTermination(wire);
  }
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
