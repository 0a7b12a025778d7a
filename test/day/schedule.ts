/** The fake clock of a day: whole seconds, and what is to happen in each. */

/** Time since the day began. What is due in one second happens in the order in which it was asked for. */
export interface Schedule {
  /** Seconds since the day began. */
  now(): number;
  /** Runs it so many seconds from now, at least one. */
  after(seconds: number, run: () => void): void;
  /** Runs all seconds up to this one; `each` is called at the end of every second. */
  runUntil(second: number, each: (second: number) => void): void;
}

/** A clock at zero. */
export function createSchedule(): Schedule {
  const due = new Map<number, (() => void)[]>();
  let now = 0;
  return {
    now: () => now,
    after: (seconds, run) => {
      const at = now + Math.max(1, Math.round(seconds));
      const known = due.get(at);
      if (known === undefined) due.set(at, [run]);
      else known.push(run);
    },
    runUntil: (second, each) => {
      while (now < second) {
        now += 1;
        for (const run of due.get(now) ?? []) run();
        due.delete(now);
        each(now);
      }
    },
  };
}
