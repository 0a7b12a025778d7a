/** One queue of timers for everything that changes by itself: a binary heap by due time. */

/** A queue of items by their due time in monotonic milliseconds. Items with equal times come in no particular order. */
export interface Timers<T> {
  add(dueMono: number, item: T): void;
  /** The earliest due time, Infinity when empty. */
  next(): number;
  /** Takes the earliest item; undefined when empty. */
  take(): { readonly dueMono: number; readonly item: T } | undefined;
}

interface Slot<T> {
  readonly dueMono: number;
  readonly item: T;
}

/** An empty queue. */
export function createTimers<T>(): Timers<T> {
  const heap: Slot<T>[] = [];
  return {
    add: (dueMono, item) => raise(heap, heap.push({ dueMono, item }) - 1),
    next: () => heap[0]?.dueMono ?? Infinity,
    take: () => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        sink(heap, 0);
      }
      return first;
    },
  };
}

function dueAt<T>(heap: readonly Slot<T>[], at: number): number {
  return heap[at]?.dueMono ?? Infinity;
}

function swap<T>(heap: Slot<T>[], one: number, other: number): void {
  const [a, b] = [heap[one], heap[other]];
  if (a === undefined || b === undefined) return;
  heap[one] = b;
  heap[other] = a;
}

function raise<T>(heap: Slot<T>[], from: number): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (dueAt(heap, parent) <= dueAt(heap, at)) return;
    swap(heap, parent, at);
    at = parent;
  }
}

function sink<T>(heap: Slot<T>[], from: number): void {
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    const child = dueAt(heap, left + 1) < dueAt(heap, left) ? left + 1 : left;
    if (dueAt(heap, child) >= dueAt(heap, at)) return;
    swap(heap, child, at);
    at = child;
  }
}
