/** Questions to the journal's thread, each with an end to the waiting. */
import type { StoreQuery } from './batch.ts';
import type { JournalThread } from './start-worker.ts';

/** The questions that wait. */
export interface Questions {
  ask(thread: JournalThread, query: StoreQuery): Promise<unknown>;
  answer(id: number, value: unknown): void;
  refuse(id: number, why: string): void;
  refuseAll(why: string): void;
}

const LIMIT_MS = 8_000;

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** No question yet. One without an answer within eight seconds is rejected; an answer that comes later is dropped. */
export function createQuestions(timers: { after(ms: number, run: () => void): () => void }): Questions {
  const waiting = new Map<number, Asked>();
  let last = 0;
  const take = (id: number): Asked | undefined => {
    const asked = waiting.get(id);
    waiting.delete(id);
    return asked;
  };
  const refuse = (id: number, why: string): void => take(id)?.reject(new Error(`the journal cannot be read: ${why}`));
  return {
    ask: (thread, query) =>
      new Promise((resolve, reject) => {
        last += 1;
        const id = last;
        const cancel = timers.after(LIMIT_MS, () => refuse(id, `no answer within ${LIMIT_MS / 1000} s`));
        waiting.set(id, {
          resolve: (value) => {
            cancel();
            resolve(value);
          },
          reject: (error) => {
            cancel();
            reject(error);
          },
        });
        thread.post({ kind: 'query', id, query });
      }),
    answer: (id, value) => take(id)?.resolve(value),
    refuse,
    refuseAll: (why) => {
      for (const id of waiting.keys()) refuse(id, why);
    },
  };
}
