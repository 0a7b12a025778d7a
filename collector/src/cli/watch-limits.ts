/** Watches how near a collector is to what one process can do: sheds history before answers when memory is short, and says when to split the work. */
import { SPLIT } from '../config/split-advice.ts';

/** What is watched, and what is done about it. */
export interface LimitsHost {
  /** Resident bytes that the process may have; Infinity for no limit. */
  readonly limitBytes: number;
  /** Resident bytes now. */
  rss(): number;
  /** The part of the time since the last call in which the event loop was at work, 0 to 1. */
  busy(): number;
  /** Lets the heap grow less before it is collected; called at every look at which much is in use. */
  tighten(): void;
  /** Gives up what is no answer: history, and what clients of the stream could catch up with. May be called again and again. */
  shed(): void;
  /** What of the policies has outgrown its bound, each in one sentence with what to do about it. */
  crowded(): readonly string[];
  after(ms: number, run: () => void): () => void;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

/** The watch; it looks at once. */
export interface LimitsWatch {
  /** What an operator has to know now, with what to do about it; empty while all is well. */
  notes(): readonly string[];
  stop(): void;
}

const LOOK_MS = 2_000;
/** Parts of the limit. A crossing is over only somewhat below where it began, so that it is told once and not at every look. */
const SHED_AT = 0.8;
const SHED_OVER = 0.75;
const FULL_AT = 0.95;
/** What is at this part still, after a minute of shedding, is full of answers. */
const FULL_SOON = 0.9;
const BUSY_AT = 0.9;
/** Above this garbage is worth more CPU: a collector of 20,000 nodes stays below, one of 100,000 does not. */
const LARGE_BYTES = 200_000_000;
/** A list of 100,000 nodes keeps the loop busy for some seconds, and that is no sign of too much. */
const LOOKS_A_MINUTE = 30;

interface State {
  shedding: boolean;
  full: boolean;
  looksFull: number;
  looksBusy: number;
  readonly said: Set<string>;
}

/** Begins to watch. */
export function watchLimits(host: LimitsHost): LimitsWatch {
  const state: State = { shedding: false, full: false, looksFull: 0, looksBusy: 0, said: new Set() };
  let cancel: () => void = () => undefined;
  const look = (): void => {
    cancel = host.after(LOOK_MS, look);
    if (host.rss() >= LARGE_BYTES) host.tighten();
    if (host.limitBytes !== Infinity) lookAtMemory(host, state);
    lookAtLoop(host, state);
    lookAtPolicies(host, state);
  };
  look();
  return {
    notes: () => [
      ...(state.full
        ? [`memory is short: ${useOf(host)} are in use after history was shed; raise the limit, or ${SPLIT}`]
        : []),
      ...(isBusy(state) ? [`the event loop has been busy for a minute: answers come late; ${SPLIT}`] : []),
      ...host.crowded(),
    ],
    stop: () => cancel(),
  };
}

function lookAtMemory(host: LimitsHost, state: State): void {
  const part = host.rss() / host.limitBytes;
  const fields = { memory: useOf(host) };
  if (part >= SHED_AT) {
    // Again at every look: what is shed comes back with the next transitions.
    host.tighten();
    host.shed();
    if (!state.shedding) host.log.warn(fields, 'memory is short: history is shed, answers go on');
    state.shedding = true;
  } else if (part < SHED_OVER && state.shedding) {
    state.shedding = false;
    host.log.info(fields, 'memory is no longer short: history is kept again');
  }
  lookForRoom(host, state, part);
}

function lookForRoom(host: LimitsHost, state: State, part: number): void {
  state.looksFull = part >= FULL_SOON ? state.looksFull + 1 : 0;
  const isFull = part >= FULL_AT || state.looksFull >= LOOKS_A_MINUTE;
  if (isFull && !state.full)
    host.log.warn({ memory: useOf(host) }, `memory is short after history was shed: raise the limit, or ${SPLIT}`);
  state.full = isFull || (state.full && part >= SHED_AT);
}

function lookAtLoop({ busy, log }: LimitsHost, state: State): void {
  const part = busy();
  state.looksBusy = part >= BUSY_AT ? state.looksBusy + 1 : 0;
  const percent = `${Math.round(part * 100)} %`;
  if (state.looksBusy === LOOKS_A_MINUTE)
    log.warn({ busy: percent }, `the event loop has been busy for a minute: ${SPLIT}`);
}

function lookAtPolicies({ crowded, log }: LimitsHost, { said }: State): void {
  for (const text of crowded()) {
    if (said.has(text)) continue;
    said.add(text);
    log.warn({}, text);
  }
}

function isBusy({ looksBusy }: State): boolean {
  return looksBusy >= LOOKS_A_MINUTE;
}

function useOf({ rss, limitBytes }: LimitsHost): string {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;
  return `${mebibytes(rss())} of ${mebibytes(limitBytes)}`;
}
