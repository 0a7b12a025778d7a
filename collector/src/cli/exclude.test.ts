import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../http/server.ts';
import { fakeAnswers, serverOptions } from '../http/test-ports.ts';
import { systemMachine } from './system-clock.ts';
import { createExclusionDesk } from './exclusion-desk.ts';
import { exclude } from './exclude.ts';
import { openJournal, type OpenJournal } from './open-journal.ts';

const HOUR = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR) * HOUR + 1_000;
const log = { info: () => undefined, warn: () => undefined } as never;

let folder: string;
let journal: OpenJournal;
let server: RunningServer;
let open: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-exclude-'));
  await writeFile(join(folder, 'token'), 'ana-token\n');
  journal = await openJournal({ path: join(folder, 'journal.db'), log, machine: systemMachine });
  const past = fakeAnswers(new Set()).past;
  if (past === undefined) throw new Error('no past');
  const desk = createExclusionDesk({ cluster: '', journal, log, nowMs: () => NOW });
  const answers = fakeAnswers(new Set(), { past: { ...past, ...desk } });
  const authorise = ({ token, verb }: { readonly token: string; readonly verb: string }) =>
    Promise.resolve({
      outcome: token === 'ana-token' || verb === 'get' ? 'allowed' : 'forbidden',
      user: 'ana',
    } as const);
  server = await startServer(serverOptions({ answers, authorise }));
  open = await startServer(serverOptions({ answers }));
});
afterAll(async () => {
  await Promise.all([server.close(0), open.close(0)]);
  await journal.close();
  await rm(folder, { recursive: true });
});

async function run(...argv: readonly string[]) {
  const written = { out: '', err: '' };
  const code = await exclude.run([...argv], {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => '',
    signal: AbortSignal.abort(),
  });
  return { code, ...written };
}

function ask(...argv: readonly string[]) {
  return run(...argv, '--server', server.url, '--token-file', join(folder, 'token'));
}

const time = (hours: number): string => new Date(NOW - 1_000 + hours * HOUR).toISOString().replace('.000', '');
const SPAN = ['--from', time(-3), '--to', time(-1), '--reason', 'moved racks'];

describe('rollcall exclude', () => {
  test('writes an entry in the name of the token’s user, lists it, revokes it, and keeps both', async () => {
    expect((await ask('--list')).out).toBe('Nothing was ever excluded.\n');
    const added = await ask('agents/agent', ...SPAN, '--pool', 'gold', '-o', 'json');
    expect({ code: added.code, err: added.err }).toEqual({ code: 0, err: '' });
    const [entry] = JSON.parse(added.out) as [{ id: string; author: string }];
    expect(entry).toMatchObject({ author: 'ana', namespace: 'agents', daemonset: 'agent', pool: 'gold' });
    expect((await ask('--revoke', 'nothing', '--reason', 'x')).err).toContain('"nothing" is no entry of the ledger');
    const revoked = await ask('--revoke', entry.id, '--reason', 'wrong racks');
    expect([revoked.code, revoked.out]).toEqual([0, expect.stringContaining(`Taken back: ${entry.id} excludes`)]);
    expect((await ask('--revoke', entry.id, '--reason', 'again')).err).toContain('was revoked by ana already');
    const { out } = await ask('--list');
    expect(out.split('\n')).toHaveLength(4);
    expect(out).toContain('agents/agent, pool gold');
    expect(out).toContain('moved racks (revoked)');
  });

  test.each([
    [['--list', '-o', 'xml'], '--output: "xml" is unknown'],
    [['agents/agent', '--reason', 'x'], '--from and --to are missing'],
    [['agents', ...SPAN], '"agents" is no NAMESPACE/DAEMONSET'],
    [
      ['--from', 'yesterday', '--to', time(-1), '--reason', 'x'],
      '--from: "yesterday": is not a time; write it in RFC 3339',
    ],
    [
      ['--from', time(-3.5), '--to', time(-1), '--reason', 'x'],
      `write ${time(-4).slice(11)}, before it, or ${time(-3).slice(11)}, after it`,
    ],
    [['--from', time(-1), '--to', time(-3), '--reason', 'x'], '--to: is not after from'],
    [['--from', time(-3), '--to', time(-1), '--reason', ''], '--reason: is not one line'],
    [['a/b', 'c/d', ...SPAN], '"c/d" is one name too many'],
    [['--revoke', 'x'], '--reason is missing'],
  ])('refuses %j before anything is asked', async (argv, fault) => {
    const { code, err } = await ask(...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(fault)]);
  });

  test('says which hours it took out, in whole hours of UTC', async () => {
    const { out } = await ask('agents/agent', ...SPAN, '--pool', 'iron');
    const [from, to] = [time(-3), time(-1)].map((text) => text.replace(':00Z', 'Z'));
    expect(out).toContain(`Excluded: 2 whole hours in UTC, from ${from} to ${to}, of agents/agent, pool iron.`);
  });

  test('tells what the collector refuses', async () => {
    const { code, err } = await ask('--from', '2020-01-01T00:00:00Z', '--to', time(-1), '--reason', 'x');
    expect([code, err]).toEqual([3, expect.stringContaining('from: is more than 30 days ago')]);
  });

  test('is nothing for those who may only read, or whom nobody knows', async () => {
    await writeFile(join(folder, 'other'), 'other-token\n');
    const others = await run(...SPAN, '--server', server.url, '--token-file', join(folder, 'other'));
    expect(others.err).toContain('may not post the nonResourceURL /rollcall/api/v1/exclusions');
    expect((await run(...SPAN, '--server', open.url)).err).toContain('Exclusions need an author');
  });
});

test('what is excluded shows in the effects beside the raw figures', async () => {
  const key = { cluster: '', policyUid: 'p', hour: NOW - 1_000 - 2 * HOUR };
  const row = (hour: number, goodMs: number) =>
    ({
      kind: 'hour',
      ...key,
      hour,
      replica: '',
      pool: 'none',
      sli: 'coverage',
      reason: '',
      validMs: HOUR,
      goodMs,
      unobservedMs: 0,
    }) as const;
  const hours = Array.from({ length: 20 }, (_, n) => key.hour - n * HOUR);
  for (const hour of hours)
    journal.book({
      ...key,
      hour,
      namespace: 'agents',
      daemonset: 'agent',
      atMs: hour + HOUR,
      nodes: [],
      rows: [row(hour, hour === key.hour ? 0 : HOUR)],
    });
  while (journal.status().queued > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await ask('agents/agent', '--from', time(-2), '--to', time(-1), '--reason', 'power');
  const answer = (await (
    await fetch(`${server.url}/api/v1/exclusions`, { headers: { authorization: 'Bearer ana-token' } })
  ).json()) as object;
  expect(answer).toMatchObject({
    effects: [
      {
        namespace: 'agents',
        daemonset: 'agent',
        raw: { validMs: 20 * HOUR, goodMs: 19 * HOUR },
        adjusted: { validMs: 19 * HOUR, goodMs: 19 * HOUR },
        capUsed: 0.5,
      },
    ],
  });
});
