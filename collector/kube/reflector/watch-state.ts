/** Whether what a watch knows may be trusted: syncing, live or stale, by the model's rule "Stale watch". */
import type { KubeError, KubeErrorCode } from '../kube-error.ts';
import type { Clock, Timers } from '../ports.ts';

/** Why a watch is not running. */
export interface Trouble {
  readonly code: KubeErrorCode;
  readonly message: string;
  readonly wallMs: number;
}

/**
 * The state of a watch. `syncing`: no complete list yet; `live`: what we know is what is; `stale`: what we know may no
 * longer be so. `blocked` says that the server answers, but has no such kind (`absent`: so it has no such object
 * either) or does not let us (`forbidden`).
 */
export interface WatchState {
  readonly name: 'syncing' | 'live' | 'stale';
  /** Unix milliseconds of the change to this state. */
  readonly sinceWallMs: number;
  readonly trouble: Trouble | undefined;
  readonly blocked: 'absent' | 'forbidden' | undefined;
}

/** Disconnected for so long, a watch is stale. */
export const DISCONNECTED_MS = 30_000;

/** What a keeper is made of; for `staleWhenAbsent` see ReflectorOptions. */
interface WatchStateHost {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly timers: Timers;
  readonly staleWhenAbsent: boolean;
  readonly report: (state: WatchState) => void;
}

/** Keeps the state of one watch and reports each change: of the name, and of the trouble while not live. */
export class WatchStateKeeper {
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #timers: Timers;
  readonly #report: (state: WatchState) => void;
  readonly #staleWhenAbsent: boolean;
  #state: WatchState;
  #cancel: (() => void) | undefined;

  constructor({ clock, timers, staleWhenAbsent, report }: WatchStateHost) {
    this.#staleWhenAbsent = staleWhenAbsent;
    this.#clock = clock;
    this.#timers = timers;
    this.#report = report;
    this.#state = { name: 'syncing', sinceWallMs: clock.wallMs(), trouble: undefined, blocked: undefined };
  }

  get state(): WatchState {
    return this.#state;
  }

  /** A list is complete, or a watch that resumes where the last one ended was accepted. */
  proved(): void {
    this.stop();
    this.#enter('live', undefined);
  }

  /** The watch ended, or an attempt failed; it is stale if that lasts. */
  disconnected(error: KubeError | undefined): void {
    const { name, trouble } = this.#state;
    if (name !== 'live') this.#enter(name, error);
    else if (this.#staleWhenAbsent && error?.code === 'NotFound') {
      this.stop();
      this.#enter('stale', error);
    } else {
      this.#state = { ...this.#state, trouble: this.#describe(error) ?? trouble };
      this.#cancel ??= this.#timers.after(DISCONNECTED_MS, () => this.#enter('stale', undefined));
    }
  }

  /** The watch fell silent: what it says is no longer believed, at once. */
  silent(error: KubeError): void {
    this.stop();
    if (this.#state.name === 'live') this.#enter('stale', error);
  }

  /** Nothing is reported afterwards, unless it is proved again. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #enter(name: WatchState['name'], error: KubeError | undefined): void {
    const before = this.#state;
    const trouble = name === 'live' ? undefined : (this.#describe(error) ?? before.trouble);
    const sinceWallMs = name === before.name ? before.sinceWallMs : this.#clock.wallMs();
    this.#state = { name, sinceWallMs, trouble, blocked: trouble && BLOCKS[trouble.code] };
    if (name !== before.name || (name !== 'live' && !saysTheSame(trouble, before.trouble))) this.#report(this.#state);
  }

  #describe(error: KubeError | undefined): Trouble | undefined {
    return error && { code: error.code, message: error.message, wallMs: this.#clock.wallMs() };
  }
}

const BLOCKS: Readonly<Partial<Record<KubeErrorCode, 'absent' | 'forbidden'>>> = {
  NotFound: 'absent',
  Forbidden: 'forbidden',
};

function saysTheSame(one: Trouble | undefined, other: Trouble | undefined): boolean {
  return one?.code === other?.code && one?.message === other?.message;
}
