import type { KubeEventObject } from '@rollcall/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildKubeEvent, HOUR, MINUTE } from '../test-objects.ts';
import { adoptEvents, createEventBook, dropEvents, eventsAbout, noteEvent, type EventBook } from './event-book.ts';

const NOW = 10 * HOUR;

function note(
  book: EventBook,
  changes: Partial<KubeEventObject>,
  { at = NOW, isKnown = true, now = NOW } = {},
): boolean {
  return noteEvent(book, { object: buildKubeEvent(changes), firstMono: at, lastMono: at, nowMono: now, isKnown });
}

function told(book: EventBook, uid = 'pod-a', now = NOW): readonly string[] {
  return eventsAbout(book, uid, now).map(({ object: { reason, message } }) => `${reason}: ${message}`);
}

describe('the book', () => {
  test('keeps the newest event of each reason about an object', () => {
    const book = createEventBook();
    expect(note(book, { uid: 'e1', reason: 'FailedScheduling', message: 'one', lastAt: 1 })).toBe(true);
    expect(note(book, { uid: 'e2', reason: 'FailedScheduling', message: 'two', lastAt: 2 })).toBe(true);
    expect(note(book, { uid: 'e3', reason: 'BackOff', message: 'three', lastAt: 1 })).toBe(true);
    expect(note(book, { uid: 'e1', reason: 'FailedScheduling', message: 'one', lastAt: 1 })).toBe(false);
    expect(told(book)).toEqual(['FailedScheduling: two', 'BackOff: three']);
    expect(told(book, 'pod-b')).toEqual([]);
  });

  test('keeps the probes of a pod apart', () => {
    const book = createEventBook();
    for (const kind of ['Readiness', 'Liveness', 'Startup'])
      note(book, { uid: kind, reason: 'Unhealthy', message: `${kind} probe failed: no` });
    expect(told(book)).toHaveLength(3);
  });

  test('takes the same event with a higher count for news, and remembers when the first was', () => {
    const book = createEventBook();
    note(book, { uid: 'e', count: 1, lastAt: 1 }, { at: NOW - MINUTE });
    expect(note(book, { uid: 'e', count: 2, lastAt: 1 }, { at: NOW - 1 })).toBe(true);
    expect(eventsAbout(book, 'pod-a', NOW)).toMatchObject([{ firstMono: NOW - MINUTE, lastMono: NOW - 1 }]);
  });

  test('keeps events about what is not known yet until it is', () => {
    const book = createEventBook();
    note(book, {}, { isKnown: false });
    expect(told(book)).toEqual([]);
    adoptEvents(book, 'pod-a');
    expect(told(book)).toHaveLength(1);
    dropEvents(book, 'pod-a');
    expect(told(book)).toEqual([]);
  });

  test('takes nothing for evidence that is an hour old', () => {
    const book = createEventBook();
    expect(note(book, {}, { at: NOW - HOUR })).toBe(false);
    note(book, {});
    expect(told(book, 'pod-a', NOW + HOUR - 1)).toHaveLength(1);
    expect(told(book, 'pod-a', NOW + HOUR)).toEqual([]);
    note(book, { involvedUid: 'pod-b' }, { at: NOW + HOUR, now: NOW + HOUR });
    expect([...book.known.keys()]).toEqual(['pod-b']);
  });

  test('is bounded: of an object, of objects, and of strangers; the longest untouched goes, and is counted', () => {
    const book = createEventBook();
    for (let n = 0; n < 100; n += 1) note(book, { uid: `e${n}`, reason: `R${n}` });
    expect(told(book)).toHaveLength(16);
    expect(told(book).at(-1)).toMatch(/^R99/);
    for (let n = 0; n < 6_000; n += 1) {
      note(book, { involvedUid: `pod-${n}` });
      note(book, { involvedUid: `pod-${n}` }, { isKnown: false });
    }
    expect([book.known.size, book.strangers.size, book.dropped]).toEqual([5_000, 1_000, 1_001 + 5_000]);
    expect(told(book, 'pod-5999')).toHaveLength(1);
    expect(told(book)).toEqual([]);
  });
});

test('any order and repetition of events ends in the same book', () => {
  const event = fc.record({
    uid: fc.constantFrom('e1', 'e2', 'e3'),
    involvedUid: fc.constantFrom('pod-a', 'pod-b'),
    reason: fc.constantFrom('FailedScheduling', 'Unhealthy'),
    count: fc.integer({ min: 1, max: 3 }),
    lastAt: fc.integer({ min: 1, max: 3 }),
  });
  const read = (book: EventBook): unknown =>
    ['pod-a', 'pod-b'].map((uid) =>
      eventsAbout(book, uid, NOW).toSorted((a, b) => (a.object.reason < b.object.reason ? -1 : 1)),
    );
  const write = (events: readonly Partial<KubeEventObject>[]): EventBook => {
    const book = createEventBook();
    for (const own of events) note(book, own, { at: NOW - 100 + (own.lastAt ?? 0) });
    return book;
  };
  const some = fc.array(event, { maxLength: 12 });
  fc.assert(
    fc.property(
      some.chain((events) =>
        fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length })),
      ),
      ([events, shuffled]) => {
        expect(read(write(shuffled))).toEqual(read(write(events)));
      },
    ),
    { seed: 11, numRuns: 300 },
  );
});
