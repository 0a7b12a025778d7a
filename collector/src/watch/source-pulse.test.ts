import { afterEach, expect, test } from 'vitest';
import { untilInTime } from '../test-time.ts';
import { daemonManifest, define, startTestLayers, type TestLayers } from './test-layers.ts';

// A fifth of the 90 s after which a probe is bad is more than the limit of 15 s; an answer may take as long, and is looked for each second.
const FOUND_LOST_MS = 15_000 + 15_000 + 2_000;

let it: TestLayers;

afterEach(() => it.stop());

async function startLive(): Promise<void> {
  it = await startTestLayers();
  define(it.own);
  it.own.kube.store.apply(daemonManifest('a'));
  it.need({ daemons: ['local'] });
  await it.hears('daemons/local live');
}

const passTime = async (ms: number): Promise<void> => {
  const end = it.time.monoMs() + ms;
  await untilInTime(it.time, () => it.time.monoMs() >= end, 'time to pass');
};

// Where the machine stops for 50 ms, 10 s of the test's time pass: such a run says nothing of how soon a loss is found.
const UNHINDERED = { retry: 4 };

test(
  'a source that is frozen is found to be lost long before its probes are too old, and is back when it speaks',
  UNHINDERED,
  async () => {
    await startLive();
    it.own.kube.faults.freeze();
    const start = it.time.monoMs();
    await it.hears('daemons/local stale');
    expect(it.time.monoMs() - start).toBeLessThanOrEqual(FOUND_LOST_MS);
    expect(it.layers.sourceState('local')).toMatchObject({
      name: 'stale',
      trouble: { code: 'Timeout', message: 'GET /apis/core.riptides.io/v1alpha1/daemons: no answer within 15 s' },
    });
    it.own.kube.faults.thaw();
    await it.hears('daemons/local live');
    expect(it.told).toEqual(['daemons/local +a', 'daemons/local live', 'daemons/local stale', 'daemons/local live']);
  },
);

test('a source that is cut off is lost after as long, in the words of the failed attempt', UNHINDERED, async () => {
  await startLive();
  await it.own.kube.faults.stopListening();
  const start = it.time.monoMs();
  await it.hears('daemons/local stale');
  expect(it.time.monoMs() - start).toBeLessThanOrEqual(FOUND_LOST_MS / 2 + 2_000);
  expect(it.layers.sourceState('local')?.trouble?.code).toBe('Network');
  await it.own.kube.faults.startListening();
  await it.hears('daemons/local live');
});

test('a source that has nothing to say is not lost', UNHINDERED, async () => {
  await startLive();
  await passTime(140_000);
  expect(it.told).toEqual(['daemons/local +a', 'daemons/local live']);
});

test('a source that is no longer asked for is not told to be lost when the last question fails', async () => {
  await startLive();
  it.own.kube.faults.freeze();
  // It is asked after 15 s, and would have 15 s more to answer.
  await passTime(20_000);
  it.need({ daemons: [] });
  await passTime(20_000);
  it.own.kube.faults.thaw();
  expect(it.told).toEqual(['daemons/local +a', 'daemons/local live', 'daemons/local gone', 'daemons/local -a']);
});
