import type { PolicySummary } from '@rollcall/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { ask } from './test-client.ts';
import { listen } from './test-listener.ts';
import { AGENT, heard, move, OTHER, startStreamWorld, summary, type StreamWorld } from './test-stream.ts';

let world: StreamWorld;
beforeEach(async () => {
  world = await startStreamWorld();
});
afterEach(() => world.server.close(0));

const FIRST = ['policy kube-system/agent 1', 'policy mesh/plexd 5'];

describe('a client', () => {
  test('first gets every policy and its place, as server-sent events that no proxy holds back', async () => {
    const client = await listen(world.server.url);
    expect(await heard(client, 2)).toEqual(FIRST);
    await until(() => client.lastId() !== undefined, 'the mark');
    expect([client.status, client.headers['content-type'], client.headers['x-accel-buffering']]).toEqual([
      200,
      'text/event-stream',
      'no',
    ]);
    expect(client.blocks().map(({ text }) => text.split('\n')[0])).toEqual([
      'retry: 3000',
      'event: policy',
      'event: policy',
      'id: life-0',
    ]);
    expect(client.blocks()[1]?.data).toEqual({ summary: world.summaries[0] });
  });

  test('gets a policy that changed once a second, as it then is, and one that is gone', async () => {
    const client = await listen(world.server.url);
    await heard(client, 2);
    for (const covered of [2, 3, 4]) {
      world.summaries[0] = summary(AGENT, covered);
      world.time.advance(300);
    }
    world.time.advance(100);
    expect((await heard(client, 3)).slice(2)).toEqual(['policy kube-system/agent 4']);
    world.pass(5);
    world.summaries = [summary(AGENT, 4), summary({ ...OTHER, daemonset: 'new' }, 7)];
    world.pass(1);
    expect((await heard(client, 5)).slice(3)).toEqual(['policyGone mesh/plexd', 'policy mesh/new 7']);
    const ids = client.blocks().flatMap(({ event, id }) => (event !== '' && id !== undefined ? [id] : []));
    expect(ids).toEqual(['life-1', 'life-2', 'life-3']);
  });

  test('is told again of the policy that stays when another about the same DaemonSet goes', async () => {
    world.summaries = [summary(AGENT, 1), summary(AGENT, 0, 'younger')];
    const client = await listen(world.server.url);
    await heard(client, 2);
    world.summaries.pop();
    world.pass(1);
    expect((await heard(client, 4)).slice(2)).toEqual(['policyGone kube-system/agent', 'policy kube-system/agent 1']);
  });

  test('gets up to a hundred transitions of a policy by name, with nothing of the policy but its name', async () => {
    const client = await listen(world.server.url);
    for (let i = 1; i <= 100; i++) world.stream.note({ ...AGENT, uid: 'secret' } as typeof AGENT, move(`n${i}`));
    world.stream.note(OTHER, move('x'));
    world.pass(1);
    const messages = (await heard(client, 103)).slice(2);
    expect(messages.slice(0, 2)).toEqual(['transition kube-system/agent n1', 'transition kube-system/agent n2']);
    expect(messages.slice(-2)).toEqual(['transition kube-system/agent n100', 'transition mesh/plexd x']);
    expect(client.blocks().find(({ event }) => event === 'transition')?.data).toEqual({
      ...AGENT,
      transition: move('n1'),
    });
  });

  test('gets more of them as a count', async () => {
    const client = await listen(world.server.url);
    for (let i = 0; i < 5_000; i++) world.stream.note(AGENT, move(`n${i}`));
    world.stream.note(OTHER, move('x'));
    world.pass(1);
    expect((await heard(client, 4)).slice(2)).toEqual([
      'transitions kube-system/agent 5000',
      'transition mesh/plexd x',
    ]);
  });

  test.each([
    ['?namespace=mesh', ['policy mesh/plexd 5', 'transition mesh/plexd x']],
    ['?daemonset=agent', ['policy kube-system/agent 1', 'transition kube-system/agent n']],
    ['?namespace=mesh&daemonset=agent', []],
  ])('that asks for %s gets that only', async (query, messages) => {
    const client = await listen(world.server.url, query);
    const all = await listen(world.server.url);
    world.stream.note(AGENT, move('n'));
    world.stream.note(OTHER, move('x'));
    world.pass(1);
    await heard(all, 4);
    expect(await heard(client, messages.length)).toEqual(messages);
  });

  test('hears every 15 s that the connection lives', async () => {
    const client = await listen(world.server.url);
    world.pass(14);
    await heard(client, 2);
    expect(client.blocks().some(({ text }) => text === ': alive')).toBe(false);
    world.pass(1);
    await until(() => client.blocks().filter(({ text }) => text === ': alive').length === 1, 'a sign of life');
  });

  test('is let go after 10 minutes, and misses nothing by coming back', async () => {
    const client = await listen(world.server.url);
    world.pass(599);
    expect(client.isEnded()).toBe(false);
    world.pass(1);
    await until(client.isEnded, 'the end');
    world.stream.note(AGENT, move('n'));
    world.pass(1);
    const again = await listen(world.server.url, '', { 'last-event-id': String(client.lastId()) });
    expect(await heard(again, 1)).toEqual(['transition kube-system/agent n']);
  });

  test.each([
    ['?state=covered', 'Unknown parameter "state"; allowed are namespace, daemonset, lastEventId.'],
    ['?namespace=', 'Parameter namespace is ""; it must be a DaemonSet\'s namespace.'],
    ['?daemonset=a&daemonset=b', 'Parameter daemonset is given more than once; give it once.'],
  ])('that asks %s is refused', async (query, detail) => {
    const reply = await ask(`${world.server.url}/api/v1/stream${query}`);
    expect([reply.status, JSON.parse(reply.body.toString()).detail]).toEqual([400, detail]);
  });

  test('asks by HEAD what it would get', async () => {
    const reply = await ask(`${world.server.url}/api/v1/stream`, { method: 'HEAD' });
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(world.reads).toBe(0);
  });
});

describe('a client that comes back', () => {
  async function leaveAt(turns: number): Promise<string> {
    const client = await listen(world.server.url);
    await heard(client, 2);
    for (let i = 0; i < turns; i++) {
      world.stream.note(AGENT, move(`n${i}`));
      world.pass(1);
    }
    await heard(client, 2 + turns);
    const id = String(client.lastId());
    client.response.destroy();
    return id;
  }

  test.each<[string, string, Record<string, string>]>([
    ['by the header', '', { 'last-event-id': 'life-2' }],
    ['by the address', '?lastEventId=life-2', {}],
    ['by the header, which is newer', '?lastEventId=life-0', { 'last-event-id': 'life-2' }],
  ])('%s gets what it missed, and then goes on', async (_, query, headers) => {
    expect(await leaveAt(2)).toBe('life-2');
    world.stream.note(AGENT, move('missed'));
    world.pass(1);
    const again = await listen(world.server.url, query, headers);
    world.stream.note(AGENT, move('later'));
    world.pass(1);
    expect(await heard(again, 2)).toEqual([
      'transition kube-system/agent missed',
      'transition kube-system/agent later',
    ]);
    expect(again.lastId()).toBe('life-4');
  });

  test('with the newest id gets nothing but what is new', async () => {
    const id = await leaveAt(1);
    const again = await listen(world.server.url, `?lastEventId=${id}`);
    world.stream.note(AGENT, move('new'));
    world.pass(1);
    expect(await heard(again, 1)).toEqual(['transition kube-system/agent new']);
  });

  test.each(['other-1', 'life-99', 'life--1', 'life-1.5', 'life-x', 'life-', 'nonsense'])(
    'with the id %s, which nothing is known of, is told to begin anew, and how',
    async (id) => {
      await leaveAt(1);
      const again = await listen(world.server.url, `?lastEventId=${id}`);
      expect(await heard(again, 3)).toEqual(['resync', ...FIRST]);
      expect(again.blocks().find(({ event }) => event === 'resync')).toMatchObject({
        id: undefined,
        data: { why: expect.stringContaining('lost') },
      });
      await until(() => again.lastId() === 'life-1', 'its place');
    },
  );

  test('after more than the tape holds is told to begin anew', async () => {
    const id = await leaveAt(1);
    const large = { ...move('n'), evidence: 'x'.repeat(200_000) };
    for (let i = 0; i < 6; i++) world.stream.note(AGENT, large);
    world.pass(1);
    expect(await heard(await listen(world.server.url, `?lastEventId=${id}`), 3)).toEqual(['resync', ...FIRST]);
    const near = await listen(world.server.url, '?lastEventId=life-6');
    expect(await heard(near, 1)).toEqual(['transition kube-system/agent n']);
  });

  test('after what it missed was shed is told to begin anew, and one that stays hears on', async () => {
    const id = await leaveAt(1);
    const stays = await listen(world.server.url);
    await heard(stays, 2);
    world.stream.shed();
    expect(await heard(await listen(world.server.url, `?lastEventId=${id}`), 3)).toEqual(['resync', ...FIRST]);
    world.stream.note(AGENT, move('new'));
    world.pass(1);
    expect((await heard(stays, 3)).slice(2)).toEqual(['transition kube-system/agent new']);
  });

  test('within a minute finds all, later is told to begin anew', async () => {
    const id = await leaveAt(1);
    world.pass(59);
    world.stream.note(AGENT, move('alone'));
    const again = await listen(world.server.url, `?lastEventId=${id}`);
    world.pass(1);
    expect(await heard(again, 1)).toEqual(['transition kube-system/agent alone']);
    again.response.destroy();
    await until(() => {
      world.pass(1);
      return world.time.pending().length === 0;
    }, 'rest');
    expect(await heard(await listen(world.server.url, `?lastEventId=${again.lastId()}`), 3)).toEqual([
      'resync',
      ...FIRST,
    ]);
  });
});

describe('the stream', () => {
  test('asks nothing and keeps nothing while nobody listens', async () => {
    world.stream.note(AGENT, move('unheard'));
    world.pass(100);
    expect([world.reads, world.time.pending()]).toEqual([0, []]);
    const client = await listen(world.server.url);
    world.pass(1);
    expect(await heard(client, 2)).toEqual(FIRST);
  });

  test('refuses the client after the hundredth, and takes it when one has gone', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => listen(world.server.url)));
    expect(new Set(clients.map(({ status }) => status))).toEqual(new Set([200]));
    const reply = await ask(`${world.server.url}/api/v1/stream`);
    expect([reply.status, reply.headers['retry-after'], reply.headers.connection]).toEqual([503, '30', 'close']);
    expect(JSON.parse(reply.body.toString()).detail).toMatch(/^100 clients listen already; close one/);
    clients[0]?.response.destroy();
    await until(
      async () => (await ask(`${world.server.url}/api/v1/stream`, { method: 'HEAD' })).status === 200,
      'room',
    );
  });

  test('tells 100,000 transitions at once by their number, and keeps none of them', async () => {
    const client = await listen(world.server.url);
    await heard(client, 2);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100_000; i++) world.stream.note(AGENT, move(`n${i}`));
    world.pass(1);
    expect((await heard(client, 3)).slice(2)).toEqual(['transitions kube-system/agent 100000']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    const again = await listen(world.server.url, `?lastEventId=life-0`);
    expect(await heard(again, 1)).toEqual(['transitions kube-system/agent 100000']);
  });

  test('goes on after a fault', async () => {
    const client = await listen(world.server.url);
    const kept = world.summaries;
    world.summaries = undefined as unknown as PolicySummary[];
    world.pass(1);
    expect(world.faults).toHaveLength(1);
    world.summaries = [...kept.slice(1), summary(AGENT, 9)];
    world.pass(1);
    expect((await heard(client, 3)).slice(2)).toEqual(['policy kube-system/agent 9']);
  });

  test('ends for all when the server closes, at once', async () => {
    const client = await listen(world.server.url);
    await world.server.close(60_000);
    await until(client.isEnded, 'the end');
    expect(world.time.pending()).toEqual([]);
  });
});
