/** Lets requests begin one for each turn of the event loop: however many come at once, what has no time to wait goes in between. */

/** Resolves when it is the caller's turn: at once behind what runs now if it is urgent, else behind all that wait. */
export type TakeTurn = (isUrgent: boolean) => Promise<void>;

/** A queue without bound of its own: who takes a turn is counted elsewhere. */
export function createTurns(): TakeTurn {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  };
  return (isUrgent) =>
    new Promise((resolve) => {
      if (isUrgent) waiting.unshift(resolve);
      else waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
}
