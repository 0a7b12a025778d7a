import { describe, expect, it } from 'vitest';
import type { RawObject } from '../decode/decoder.ts';
import { heapUsed } from '../test-heap.ts';
import { Intake } from './intake.ts';

function parseObject(index: number): RawObject<unknown> {
  const uid = `${String(index).padStart(8, '0')}-aaaa-4bbb-8ccc-0123456789ab`;
  const text = JSON.stringify({
    metadata: { uid, resourceVersion: String(123_456_789 + index) },
    ballast: 'x'.repeat(2000),
  });
  const { metadata } = JSON.parse(text) as { metadata: { uid: string; resourceVersion: string } };
  return { uid: metadata.uid, version: metadata.resourceVersion, project: () => undefined };
}

describe('the memory of an intake', () => {
  it('is below 5 MB for 20,000 objects, listed twice: nothing of them is kept but uid and version', () => {
    const sink = { upsert: () => undefined, remove: () => undefined, state: () => undefined };
    const log = { info: () => undefined, warn: () => undefined };
    const intake = new Intake({ sink, log, watch: 'things' });
    const before = heapUsed();
    for (let list = 0; list < 2; list++) {
      intake.beginList();
      for (let index = 0; index < 20_000; index++) intake.take(parseObject(index));
      expect(heapUsed() - before).toBeLessThan(5e6);
      intake.completeList();
    }
    expect(heapUsed() - before).toBeLessThan(3.5e6);
    expect(intake.known.size).toBe(20_000);
    expect(intake.events).toBe(20_000);
  });
});
