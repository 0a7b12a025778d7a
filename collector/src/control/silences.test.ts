import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlannedSilence } from '../coverage/plan-silences.ts';
import { createFakeTime, type FakeTime } from '../test-time.ts';
import { startSilences, type SilenceKeeper } from './silences.ts';

interface Silence {
  id: string;
  matchers: readonly { readonly name: string; readonly value: string }[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
  status: { state: string };
}

/** What the Alertmanager holds; a script of what it does to those that ask. */
let held: Map<string, Silence>;
let sent: string[];
let failing: boolean;
let wanted: readonly PlannedSilence[];
let leads: boolean;
let certain: boolean;
let time: FakeTime;
let warned: number;
let keepers: SilenceKeeper[];

beforeEach(() => {
  [held, sent, failing, wanted, leads, certain, warned] = [new Map(), [], false, [], true, true, 0];
  time = createFakeTime(1_000_000);
  keepers = [];
});
afterEach(async () => {
  for (const keeper of keepers) await keeper.stop();
});

function start(cluster = ''): SilenceKeeper {
  const log = { info: () => undefined, warn: () => void (warned += 1) };
  const host = { clock: time, timers: time, log, cluster, wanted: () => wanted };
  const keeper = startSilences({ ...host, mayWrite: () => leads, isCertain: () => certain, ask });
  keepers.push(keeper);
  return keeper;
}

type Request = Parameters<Parameters<typeof startSilences>[0]['ask']>[0];

async function ask({ method, path, body }: Request): Promise<unknown> {
  sent.push(method);
  if (failing) throw new Error('down');
  if (method === 'GET') return [...held.values()];
  if (method === 'DELETE') {
    const found = held.get(path.split('/').at(-1) ?? '');
    if (found === undefined) throw new Error('404');
    found.status = { state: 'expired' };
    return undefined;
  }
  const { id = `id-${held.size + 1}`, ...rest } = body as Partial<Silence> & Omit<Silence, 'id'>;
  held.set(id, { ...rest, id, status: { state: 'active' } });
  return { silenceID: id };
}

function silence(changes: Partial<PlannedSilence> = {}): PlannedSilence {
  const policy = { namespace: 'agents', daemonset: 'agent' };
  const what = { key: 'w/p/1', policy, pools: [], window: 'agents/kernel', owner: 'ana', reason: 'new kernel' };
  return { ...what, startsAt: 1_000_000, endsAt: 2_000_000, ...changes };
}

/** Lets the next look pass. */
async function look(ms = 5_000): Promise<void> {
  time.advance(ms);
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

function active(): readonly Silence[] {
  return [...held.values()].filter(({ status }) => status.state === 'active');
}

describe('a silence', () => {
  test('is posted once, with what it is about, and found again after a restart and by the next leader', async () => {
    wanted = [silence({ pools: ['gold.a', 'iron'] })];
    start('prod');
    await look();
    await look();
    expect(sent.filter((method) => method === 'POST')).toHaveLength(1);
    expect(active()).toMatchObject([
      {
        createdBy: 'rollcall',
        comment: '[rollcall prod:w/p/1] maintenance window agents/kernel of ana: new kernel',
        matchers: [
          { name: 'namespace', value: 'agents', isRegex: false, isEqual: true },
          { name: 'daemonset', value: 'agent', isRegex: false, isEqual: true },
          { name: 'cluster', value: 'prod', isRegex: false, isEqual: true },
          { name: 'node_pool', value: String.raw`gold\.a|iron`, isRegex: true, isEqual: true },
        ],
      },
    ]);
    await keepers.pop()?.stop();
    start('prod');
    await look();
    expect(sent.filter((method) => method === 'POST')).toHaveLength(1);
  });

  test('keeps its id and its beginning when its window is longer or shorter, and ends with it', async () => {
    wanted = [silence()];
    start();
    await look();
    wanted = [silence({ endsAt: 3_000_000 })];
    await look();
    expect([...held.values()]).toMatchObject([{ id: 'id-1', endsAt: new Date(3_000_000).toISOString() }]);
    wanted = [];
    await look();
    expect(active()).toEqual([]);
    await look();
    expect(sent.slice(-3), 'nothing is asked where nothing can be').toEqual(['POST', 'GET', 'DELETE']);
  });

  test('that is there twice is ended once', async () => {
    wanted = [silence()];
    start();
    await look();
    const [first] = active();
    held.set('twin', { ...(first as Silence), id: 'twin' });
    await look();
    expect(active()).toHaveLength(1);
  });

  test('of somebody else, or of another cluster, is left alone', async () => {
    wanted = [silence()];
    start('east');
    await look();
    const [ours] = active();
    held.set('human', { ...(ours as Silence), id: 'human', createdBy: 'ana' });
    held.set('west', { ...(ours as Silence), id: 'west', comment: '[rollcall west:w/p/1] of another collector' });
    wanted = [];
    await look();
    expect(active().map(({ id }) => id)).toEqual(['human', 'west']);
  });

  test('is not ended before all windows are known', async () => {
    wanted = [silence()];
    start();
    await look();
    [wanted, certain] = [[], false];
    await look();
    expect(active()).toHaveLength(1);
    certain = true;
    await look();
    expect(active()).toEqual([]);
  });

  test('is nothing that a replica writes which does not lead', async () => {
    [wanted, leads] = [[silence()], false];
    start();
    await look();
    expect(sent).toEqual([]);
  });
});

test('an Alertmanager that is down is tried again, ever later, and that is counted and said', async () => {
  [wanted, failing] = [[silence()], true];
  const keeper = start();
  for (const ms of [5_000, 5_000, 5_000, 5_000]) await look(ms);
  expect(sent).toHaveLength(3);
  expect([keeper.writes(), warned]).toEqual([{ written: 0, failed: 3 }, 3]);
  failing = false;
  for (const ms of [5_000, 5_000, 5_000]) await look(ms);
  expect(active(), 'not before it is due').toEqual([]);
  await look();
  expect(active()).toHaveLength(1);
  expect(keeper.writes()).toEqual({ written: 1, failed: 3 });
});
