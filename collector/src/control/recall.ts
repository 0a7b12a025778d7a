/** Remembers answers of whoever is asked, for as long as each is good; who asks the same meanwhile waits for the same answer. */

/** Answers by key. */
export interface Recall<T> {
  /** The answer that is known or under way, if there is one. */
  peek(key: string): Promise<T> | undefined;
  /** The answer that is known or under way, else that of `ask`, which must not reject. */
  recall(key: string, ask: () => Promise<T>): Promise<T>;
}

/** How long an answer is good, how many are kept (the one not asked for longest goes first), and the time; milliseconds. */
export interface RecallOptions<T> {
  readonly keepMs: (answer: T) => number;
  readonly most: number;
  readonly nowMs: () => number;
}

interface Kept<T> {
  readonly answer: Promise<T>;
  /** Infinity while the answer is under way. */
  untilMs: number;
}

/** Nothing is known yet. */
export function createRecall<T>({ keepMs, most, nowMs }: RecallOptions<T>): Recall<T> {
  const known = new Map<string, Kept<T>>();
  const begin = (ask: () => Promise<T>): Kept<T> => {
    const kept: Kept<T> = {
      answer: ask().then((answer) => {
        kept.untilMs = nowMs() + keepMs(answer);
        return answer;
      }),
      untilMs: Infinity,
    };
    return kept;
  };
  const find = (key: string): Kept<T> | undefined => {
    const found = known.get(key);
    return found !== undefined && found.untilMs > nowMs() ? found : undefined;
  };
  return {
    peek: (key) => find(key)?.answer,
    recall: (key, ask) => {
      const kept = find(key) ?? begin(ask);
      known.delete(key);
      known.set(key, kept);
      if (known.size > most) known.delete(known.keys().next().value ?? '');
      return kept.answer;
    },
  };
}
