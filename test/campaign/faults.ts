/** What each kind of fault does to a run. */
import { clockStepMs, type Fault, type FaultKind } from './plan.ts';
import type { Seat } from './seat.ts';
import type { SimTime } from './sim-time.ts';
import type { Town } from './town.ts';

/** What faults are done to. `pause` stops the town's life while it is above 0. */
export interface Stage {
  readonly time: SimTime;
  readonly town: Town;
  readonly seats: readonly Seat[];
  pauses: number;
}

/** Ends a fault. */
type End = () => void;
type Deed = (stage: Stage, fault: Fault, victim: Seat) => End;

interface Rule {
  readonly begin: Deed;
  /** How long after its end it may still be felt, in milliseconds: a pause before the next attempt, a lost connection found out. */
  readonly tailMs: number;
  /** Whether one collector feels it or all. */
  readonly hits: 'victim' | 'all';
}

const NOTHING: End = () => undefined;
/** The longest pause between two attempts is 8 s, and every list that it begins takes a moment. */
const RETRY_MS = 12_000;
const SILENCE_MS = 150_000;
const ANSWER_MS = 30_000;
/** The next bookmark may be so far away. */
const BOOKMARK_MS = 60_000;
const MANY = 1_000_000;

const all = (begin: (stage: Stage, fault: Fault) => End, tailMs = RETRY_MS): Rule => ({ begin, tailMs, hits: 'all' });
const one = (begin: Deed, tailMs = RETRY_MS): Rule => ({ begin, tailMs, hits: 'victim' });

/** A storm bites only who asks: so every connection is cut when it begins. Some are over after a few answers. */
function storm(status: 410 | 429 | 503 | 'truncated gzip', more: { asEvent?: boolean } = {}) {
  return ({ town, seats }: Stage, { choice }: Fault): End => {
    const { faults } = town.kube;
    const times = choice < 0.5 ? MANY : 1 + Math.floor((choice - 0.5) * 40);
    const retryAfter = status === 429 ? { retryAfter: 1 + Math.floor(choice * 60) } : {};
    faults.failNext({ status, times, ...retryAfter, ...more });
    for (const { line } of seats) line.cut();
    return () => faults.failNext({ status, times: 0 });
  };
}

function cutRepeatedly({ time }: Stage, _: Fault, { line }: Seat): End {
  let cancel = NOTHING;
  const again = (): void => {
    line.cut();
    cancel = time.after(5_000, again);
  };
  again();
  return () => cancel();
}

function killServer({ seats, town }: Stage): End {
  const ends = seats.map(({ line }) => line.beginRefusal());
  return () => {
    // Its watch cache is gone with it.
    town.kube.faults.compact();
    for (const end of ends) end();
  };
}

/** Who asks is answered otherwise from now on: so every connection is cut when it begins, and when it ends. */
function encode(set: (faults: Town['kube']['faults'], on: boolean) => void) {
  return ({ town, seats }: Stage): End => {
    const change = (on: boolean): void => {
      set(town.kube.faults, on);
      for (const { line } of seats) line.cut();
    };
    change(true);
    return () => change(false);
  };
}

function rest(stage: Stage): End {
  stage.pauses += 1;
  return () => void (stage.pauses -= 1);
}

function stepClock(_: Stage, { choice }: Fault, victim: Seat): End {
  victim.stepClock(clockStepMs(choice));
  return () => victim.stepClock(-clockStepMs(choice));
}

const startAgain = (seat: Seat): void => void seat.start();

/** The rules by kind. */
const RULES: Readonly<Record<FaultKind, Rule>> = {
  cut: all(({ town, seats }, { choice }) => {
    town.kube.faults.cutWatches({ midObject: true, at: choice });
    for (const { line } of seats) line.cut();
    return NOTHING;
  }),
  'cut every 5 s': one(cutRepeatedly),
  '410': all(storm(410)),
  '410 events': all(storm(410, { asEvent: true })),
  '429 storm': all(storm(429), 60_000 + RETRY_MS),
  '503 storm': all(storm(503)),
  'mute watches': all(({ town }) => {
    town.kube.faults.muteWatches(true);
    return () => town.kube.faults.muteWatches(false);
  }, BOOKMARK_MS + RETRY_MS),
  'quiet cluster': { ...all(rest), hits: 'victim', tailMs: -1 },
  'half-open': one((_, __, { line }) => line.beginHole(true), 25_000 + ANSWER_MS + RETRY_MS),
  'half-open unprobed': one((_, __, { line }) => line.beginHole(false), SILENCE_MS + ANSWER_MS + RETRY_MS),
  'truncated gzip': all(storm('truncated gzip')),
  'repeated events': all(({ town }) => {
    town.kube.faults.repeatEvents(true);
    return () => town.kube.faults.repeatEvents(false);
  }, 0),
  'delayed events': one((_, { choice }, { line }) => line.beginDelay(500 + choice * 9_000), 10_000),
  'clock step': one(stepClock, 0),
  'API server killed': all((stage) => {
    const ends = [killServer(stage), rest(stage)];
    return () => ends.forEach((end) => end());
  }),
  partition: one((_, __, { line }) => line.beginRefusal()),
  compaction: all(({ town }) => {
    town.kube.faults.compact();
    town.kube.faults.cutWatches();
    return NOTHING;
  }),
  'CRD deleted': all(({ town, seats }) => {
    // Their series end with them.
    for (const { life } of seats) life?.exportedMs();
    town.dropPolicies();
    return () => town.makePolicies();
  }, 30_000 + RETRY_MS),
  'collector stopped': one((_, __, victim) => {
    void victim.stop();
    return () => startAgain(victim);
  }),
  'Daemon source down': one((_, __, { daemonLine }) => daemonLine?.beginRefusal() ?? NOTHING),
  'Daemon CRD deleted': all(({ town }) => {
    town.registry?.undefine();
    return () => town.registry?.define();
  }, 30_000 + RETRY_MS),
  'JSON only': all(encode((faults, on) => faults.speakJsonOnly(on))),
  'protobuf refused': all(encode((faults, on) => faults.refuseProtobuf(on))),
  'collector killed': one((_, __, victim) => {
    void victim.kill();
    return () => startAgain(victim);
  }),
  'all collectors killed': all(({ seats }) => {
    for (const seat of seats) void seat.kill();
    return () => seats.forEach(startAgain);
  }),
};

/** Begins a fault and ends it in time. */
export function commit(stage: Stage, fault: Fault): void {
  const { begin, tailMs, hits } = RULES[fault.kind];
  const victim = stage.seats[fault.victim];
  if (victim === undefined) return;
  const hit = hits === 'all' ? stage.seats : [victim];
  const isFelt = tailMs >= 0;
  const ends = [begin(stage, fault, victim), ...(isFelt ? hit.map((seat) => seat.beginTrouble(tailMs)) : [])];
  stage.time.after(fault.lastsMs, () => ends.forEach((end) => end()));
}
