import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expandWindow } from '../config/expand-window.ts';
import { generateAlertmanager } from './generate-alertmanager.ts';
import { runCommand } from './test-run.ts';

const DAY_MS = 86_400_000;
const RECEIVERS = [
  { for: 'page', pagerduty: { routingKeyFile: '/secrets/rollcall/key' } },
  { for: 'ticket', webhook: { url: 'http://tickets.example' } },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-alertmanager-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

async function generate(paging: object, documents: readonly object[], ...flags: readonly string[]) {
  await writeFile(at('paging.yaml'), JSON.stringify(paging));
  const items = [
    { ...HEAD, kind: 'DaemonCoverage', metadata: NAMED, spec: { daemonSet: { name: 'agent' } } },
    ...documents,
  ];
  await writeFile(at('policies.json'), JSON.stringify({ kind: 'List', items }));
  const own = ['--paging', at('paging.yaml'), '--policies', at('policies.json')];
  return runCommand(generateAlertmanager, [...own, ...flags]);
}

const HEAD = { apiVersion: 'rollcall.dev/v1alpha1' };
const NAMED = { name: 'agent', namespace: 'agents' };

interface Recurring {
  readonly rule: string;
  readonly start?: string;
  readonly timeZone?: string;
  readonly duration?: string;
  readonly except?: readonly string[];
}

function recur(recurring: Recurring, scope: object = { policies: ['agent'] }): object {
  const whole = { start: '2026-01-01T22:30:00', timeZone: 'UTC', duration: '1h', ...recurring };
  const metadata = { name: 'work', namespace: 'agents' };
  return {
    ...HEAD,
    kind: 'MaintenanceWindow',
    metadata,
    spec: { owner: 'ops', reason: 'patches', scope, recurring: whole },
  };
}

interface Interval {
  readonly times: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly weekdays?: readonly string[];
  readonly days_of_month?: readonly string[];
  readonly months?: readonly string[];
  readonly years?: readonly string[];
  readonly location?: string;
}

/** A time as the clocks and calendars of a zone show it; formatters are slow to make. */
interface WallTime {
  readonly clock: string;
  readonly weekday: string;
  readonly day: number;
  readonly month: number;
  readonly year: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallTime(timeZone: string, atMs: number): WallTime {
  const known = formats.get(timeZone);
  const format = known ?? new Intl.DateTimeFormat('en-GB', { ...FIELDS, timeZone });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return {
    clock: `${part('hour')}:${part('minute')}`,
    weekday: part('weekday').toLowerCase(),
    day: Number(part('day')),
    month: Number(part('month')),
    year: Number(part('year')),
  };
}

const FIELDS = {
  hourCycle: 'h23',
  weekday: 'long',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
} as const;

/** As Alertmanager reads it: all parts hold, and days from the end of the month are negative. */
function isIn(interval: Interval, atMs: number): boolean {
  const { clock, weekday, day, month, year } = wallTime(interval.location ?? 'UTC', atMs);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (
    interval.times.some(({ start_time, end_time }) => clock >= start_time && clock < end_time) &&
    (interval.weekdays?.includes(weekday) ?? true) &&
    holds(interval.days_of_month, day, (n) => (n < 0 ? length + n + 1 : n)) &&
    holds(interval.months, month) &&
    holds(interval.years, year)
  );
}

function holds(ranges: readonly string[] | undefined, value: number, read = (n: number): number => n): boolean {
  if (ranges === undefined) return true;
  return ranges.some((range) => {
    const [from = 0, to = from] = range.split(':').map((part) => read(Number(part)));
    return value >= from && value <= to;
  });
}

async function intervalsOf(document: object): Promise<readonly Interval[]> {
  const { out } = await generate({ receivers: RECEIVERS }, [document]);
  const { time_intervals } = parse(out) as { time_intervals?: readonly { time_intervals: readonly Interval[] }[] };
  return time_intervals?.[0]?.time_intervals ?? [];
}

test.each<Recurring>([
  { rule: 'FREQ=DAILY' },
  { rule: 'FREQ=DAILY;BYDAY=MO,WE', duration: '4h' },
  { rule: 'FREQ=WEEKLY' },
  { rule: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=1,23;BYMINUTE=0,30', duration: '72h' },
  { rule: 'FREQ=MONTHLY', duration: '26h' },
  { rule: 'FREQ=MONTHLY;BYDAY=2TU', duration: '30h' },
  { rule: 'FREQ=MONTHLY;BYDAY=-1FR' },
  { rule: 'FREQ=MONTHLY;BYDAY=-2FR', duration: '50h' },
  { rule: 'FREQ=MONTHLY;BYDAY=5MO' },
  { rule: 'FREQ=MONTHLY;BYMONTHDAY=1,15,-1' },
  { rule: 'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR' },
  { rule: 'FREQ=MONTHLY;BYDAY=1SU', start: '2026-01-01T02:30:00', timeZone: 'Europe/Berlin' },
  { rule: 'FREQ=DAILY', start: '2026-01-01T23:30:00', timeZone: 'Pacific/Auckland', duration: '3h' },
])('the intervals of $rule for $duration are open when the window is', async (recurring) => {
  const document = recur(recurring);
  const intervals = await intervalsOf(document);
  const { spec } = document as { spec: { recurring: Required<Recurring> } };
  expect(intervals.length).toBeGreaterThan(0);
  // A season without a change of clocks, at times of all days that are not whole hours.
  const [start, step] = [Date.UTC(2026, 10, 10, 0, 7), 53 * 60_000];
  const differing: string[] = [];
  let open = 0;
  for (let block = 0; block < 98; block += 7) {
    const spells = expandWindow({ recurring: { ...spec.recurring, except: [] } }, start + block * DAY_MS);
    for (let time = start + block * DAY_MS; time < start + (block + 7) * DAY_MS; time += step) {
      const isOpen = spells.some(({ startsAt, endsAt }) => time >= startsAt && time < endsAt);
      open += Number(isOpen);
      if (isOpen !== intervals.some((one) => isIn(one, time))) differing.push(new Date(time).toISOString());
    }
  }
  expect(differing).toEqual([]);
  expect(open).toBeGreaterThan(0);
});

test.each([
  [recur({ rule: 'FREQ=WEEKLY;INTERVAL=2' }), 'has an INTERVAL, and there is nothing to count from'],
  [recur({ rule: 'FREQ=DAILY;COUNT=3' }), 'has a COUNT, and there is nothing to count from'],
  [recur({ rule: 'FREQ=DAILY;UNTIL=20261231T235959Z' }), 'has an UNTIL, and intervals end with years'],
  [recur({ rule: 'FREQ=DAILY', except: ['2026-05-01T22:30:00'] }), 'has exceptions'],
  [recur({ rule: 'FREQ=MONTHLY;BYMONTHDAY=-1', duration: '3h' }), 'goes on into a day that may be of another month'],
  [recur({ rule: 'FREQ=MONTHLY;BYDAY=4TU', duration: '3h' }), 'goes on into a day that may be of another month'],
  [recur({ rule: 'FREQ=DAILY' }, { nodes: ['node-1'] }), 'names nodes, and alerts are of pools'],
  [recur({ rule: 'FREQ=DAILY' }, { policies: ['other'] }), 'speaks for none of the policies that are given'],
])('what cannot be said is not said, and why: %#', async (document, why) => {
  const { code, out, err } = await generate({ receivers: RECEIVERS }, [document]);
  expect({ code, said: out.includes('time_intervals') }).toEqual({ code: 0, said: false });
  expect(err).toContain(`note: maintenance window agents/work: ${why}`);
});

test('nothing is mute before the first time', async () => {
  const intervals = await intervalsOf(recur({ rule: 'FREQ=DAILY', start: '2027-03-10T22:30:00' }));
  const evenings = ['2026-06-01', '2027-02-28', '2027-03-20', '2027-04-01', '2027-12-31', '2028-01-15'];
  const open = evenings.filter((day) => intervals.some((one) => isIn(one, Date.parse(`${day}T23:00:00Z`))));
  expect(open).toEqual(['2027-04-01', '2027-12-31', '2028-01-15']);
});

test('--check tells whether the folder is as it would be written, with the templates', async () => {
  const check = () => generate({ receivers: RECEIVERS }, [], '--out', at('out'), '--check');
  expect((await check()).code).toBe(1);
  expect(await generate({ receivers: RECEIVERS }, [], '--out', at('out'))).toMatchObject({ code: 0 });
  expect((await readdir(at('out'))).toSorted()).toEqual(['alertmanager.yaml', 'rollcall.tmpl']);
  expect((await check()).code).toBe(0);
  const template = join(at('out'), 'rollcall.tmpl');
  await writeFile(template, `${await readFile(template, 'utf8')} edited`);
  expect(await check()).toMatchObject({
    code: 1,
    err: expect.stringContaining('rollcall.tmpl: is not what') as string,
  });
});

test('an object names Secrets where the file names paths, and refuses a path that names none', async () => {
  const flags = ['--format', 'alertmanager-config'];
  const { out, err } = await generate(
    { receivers: RECEIVERS },
    [recur({ rule: 'FREQ=DAILY', timeZone: 'Asia/Tokyo' })],
    ...flags,
  );
  const { kind, spec } = parse(out) as { kind: string; spec: { receivers: readonly object[] } };
  expect(kind).toBe('AlertmanagerConfig');
  expect(spec.receivers[1]).toMatchObject({ pagerdutyConfigs: [{ routingKey: { name: 'rollcall', key: 'key' } }] });
  expect(err).toContain('agents/work: has a time zone, and an AlertmanagerConfig has none');
  const short = { ...RECEIVERS[0], pagerduty: { routingKeyFile: 'key' } };
  expect(await generate({ receivers: [short, RECEIVERS[1]] }, [], ...flags)).toMatchObject({
    code: 2,
    err: expect.stringContaining('key: has no …/SECRET/KEY at its end') as string,
  });
});

test.each<readonly [object, string]>([
  [{ receivers: [RECEIVERS[1]] }, 'has no receiver for: page without owner and team'],
  [{ receivers: [RECEIVERS[0], { ...RECEIVERS[1], team: 'a' }] }, 'has no receiver for: ticket without owner and team'],
  [{ receivers: [...RECEIVERS, RECEIVERS[1]] }, 'has two receivers for ticket; name both ways in one'],
  [
    { receivers: [...RECEIVERS, { for: 'review', email: { to: 'a@b.example' } }] },
    'has receivers of e-mail and no smtp',
  ],
  [{ receivers: [...RECEIVERS, { for: 'review' }] }, 'names none of slack, pagerduty, email and webhook'],
  [
    { receivers: [...RECEIVERS, { for: 'review', webhook: {} }] },
    'has neither url nor urlFile for its webhook, or both',
  ],
  [
    { receivers: [...RECEIVERS, { for: 'night', webhook: { url: 'http://a.example' } }] },
    'receivers[2].for: "night": is none of page, escalation',
  ],
  [
    { receivers: [...RECEIVERS, { for: 'review', owner: 'me', webhook: { url: 'http://a.example' } }] },
    'receivers[2].owner: "me": is none of agent, node, platform, rollout; write one of them',
  ],
  [
    { receivers: [...RECEIVERS, { for: 'review', webhook: { url: 'ftp://a.example' } }] },
    'receivers[2].webhook.url: "ftp://a.example": is no http or https URL; write for example https://',
  ],
  [{ receivers: [...RECEIVERS, { for: 'review', email: {} }] }, 'receivers[2].email.to: is missing; write a text'],
  [
    { receivers: [{ ...RECEIVERS[0], pagerduty: { routingKeyfile: 'a' } }, RECEIVERS[1]] },
    'receivers[0].pagerduty.routingKeyfile: "a": is no field; did you mean routingKeyFile?',
  ],
  [
    { receivers: RECEIVERS, smtp: { smarthost: 'smtp', from: 'a@b.example' } },
    'smtp.smarthost: "smtp": is not HOST:PORT; write for example',
  ],
  [{ receivers: [RECEIVERS[0], { ...RECEIVERS[1], team: 7 }] }, 'receivers[1].team: 7: is no text; put it into quotes'],
  [{ receivers: {} }, 'receivers: an object: is no list of receivers; see docs/alertmanager.md'],
  [{ receivers: RECEIVERS, slack: {} }, 'slack: an object: is no field; leave it out; known are receivers, smtp'],
  [{ receivers: [...RECEIVERS, { ...RECEIVERS[1], for: 'watchdog', team: 'a' }] }, 'which has neither owner nor team'],
])('a file that is wrong is refused: %#', async (paging, message) => {
  expect(await generate(paging, [])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(message) as string,
  });
});

test('maintenance windows without a policy are something: what they do not mute is noted', async () => {
  await writeFile(at('paging.yaml'), JSON.stringify({ receivers: RECEIVERS }));
  await writeFile(at('windows.json'), JSON.stringify(recur({ rule: 'FREQ=DAILY' })));
  const argv = ['--paging', at('paging.yaml'), '--policies', at('windows.json')];
  const { code, out, err } = await runCommand(generateAlertmanager, argv);
  expect([code, err]).toEqual([
    0,
    expect.stringContaining('agents/work: speaks for none of the policies that are given'),
  ]);
  expect(out).toContain('receivers:');
});
