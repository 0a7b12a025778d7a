import { afterEach, describe, expect, it } from 'vitest';
import {
  isLive,
  page,
  passPause,
  refuse,
  setTracedStage,
  stream,
  thing,
  type Answer,
  type Stage,
} from '../test-reflector.ts';
import { recordSpans, type RecordedSpan } from '../test-spans.ts';
import { until } from '../test-time.ts';

let stage: Stage | undefined;
let recorded: readonly RecordedSpan[] = [];

async function set(...answers: Answer[]): Promise<Stage> {
  const record = recordSpans();
  recorded = record.recorded;
  stage = await setTracedStage(record.spans, ...answers);
  return stage;
}

afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

function list(mode: string, objects: number): object {
  const attributes = { 'rollcall.watch': 'things', 'rollcall.list.mode': mode, 'rollcall.list.objects': objects };
  return { name: 'relist', attributes: { ...attributes, 'server.address': '127.0.0.1' }, ended: 1 };
}

describe('the span of a list', () => {
  it('ends when the list is complete, and says how much it was', async () => {
    const own = await set(stream(9, thing('a', 5), thing('b', 3)));
    const reflector = own.start({ name: 'things' });
    await isLive(own);
    expect(recorded).toMatchObject([{ ...list('streaming', 2), errorType: undefined }]);
    expect(recorded[0]?.attributes['rollcall.list.bytes']).toBe(reflector.status().bytes);
  });

  it('fails with the list, and the next list has one of its own that counts its own bytes', async () => {
    const own = await set(refuse(422, 'unknown'), refuse(503, 'no'), page(7, [thing('a', 5)]));
    const reflector = own.start({ name: 'things' });
    await own.requests(2);
    await passPause(own);
    await isLive(own);
    expect(recorded).toMatchObject([
      { ...list('streaming', 0), errorType: 'Invalid' },
      { ...list('paged', 0), errorType: 'Unavailable' },
      { ...list('paged', 1), errorType: undefined },
    ]);
    const bytes = recorded.map(({ attributes }) => Number(attributes['rollcall.list.bytes']));
    expect(bytes.reduce((sum, one) => sum + one)).toBe(reflector.status().bytes);
  });

  it('fails when the reflector is stopped in the middle', async () => {
    const own = await set();
    const reflector = own.start({ name: 'things' });
    await own.requests(1);
    await reflector.stop();
    await until(() => recorded.length > 0, 'the span');
    expect(recorded).toMatchObject([{ ...list('streaming', 0), errorType: 'Stopped' }]);
  });
});
