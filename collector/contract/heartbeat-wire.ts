/** What agents send to `POST /api/v1/heartbeats`, and what they are answered: the schema is the one place where its shape is written. */
import { z } from 'zod';
import { faultAt, formatFault, valueAt } from './daemon-coverage-faults.ts';
import type { HeartbeatObject } from './objects.ts';
import { wrong } from './report-wire.ts';
import { parseRfc3339 } from './rfc3339.ts';

/** Components of a daemon that one heartbeat may tell of. */
const MOST_COMPONENTS = 16;
/** Beyond it a sentence is cut: it is evidence for people. */
const LONGEST_ERROR = 500;
/** The year 3000: a time beyond it is one in other units. */
const LATEST_MS = 32_503_680_000_000;

const noTime = wrong(
  'is not a time',
  'write RFC 3339 with its zone, such as 2027-01-31T00:00:00.000Z, or milliseconds since 1970',
);
/** A time in either spelling; as milliseconds. */
export const time = z
  .union([z.number(), z.string().max(40)], noTime)
  .transform((value) => (typeof value === 'string' ? (parseRfc3339(value) ?? -1) : Math.round(value)))
  .refine((ms) => ms >= 0 && ms <= LATEST_MS, noTime);
const whole = (what: string) =>
  z
    .number(wrong(`is not ${what}`, 'write a whole number of at least 0'))
    .refine(
      (value) => Number.isSafeInteger(value) && value >= 0,
      wrong(`is not ${what}`, 'write a whole number of at least 0'),
    );
const amount = (what: string, most: number) => {
  const fault = wrong(`is not ${what}`, `write a number from 0 to ${most}`);
  return z.number(fault).min(0, fault).max(most, fault);
};
/** A name of so many characters at most. */
export const nameOf = (most: number) => {
  const fault = wrong('is not a name', `write 1 to ${most} characters without spaces or control characters`);
  return z
    .string(fault)
    .max(most, fault)
    .regex(/^[!-~]+$/, fault);
};
const component = (() => {
  const fault = wrong('is not the name of a component', 'write 1 to 63 letters, digits, hyphens, dots or underscores');
  return z.string(fault).regex(/^\w[\w.-]{0,62}$/, fault);
})();
const listOf = <Item extends z.ZodType>(item: Item) => {
  const fault = wrong('is not a list of components', `write a list of at most ${MOST_COMPONENTS}`);
  return z.array(item, fault).max(MOST_COMPONENTS, fault);
};
/** An object with these fields; others are passed over. */
export const fieldsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape, wrong('is not an object', 'write an object with its fields'));

const telemetry = fieldsOf({
  component,
  sent: whole('a number of records'),
  dropped: whole('a number of records'),
  bufferFill: amount('a share of the buffer', 1).exactOptional(),
});
const errors = fieldsOf({
  component,
  count: whole('a number of errors'),
  last: z
    .string(wrong('is not a sentence', 'write the newest error as it was said'))
    .transform((text) => text.slice(0, LONGEST_ERROR))
    .default(''),
});

/** One heartbeat as it is sent. Fields that it does not know are passed over, so that agents may be newer than the collector. */
const heartbeat = fieldsOf({
  node: nameOf(253),
  bootId: nameOf(64),
  sequence: whole('a sequence number'),
  sentAt: time,
  lastReply: fieldsOf({ sentAt: time, receivedAt: time, returnedAt: time }).exactOptional(),
  ackedThrough: time.exactOptional(),
  telemetry: listOf(telemetry).default([]),
  errors: listOf(errors).default([]),
  cpuCores: amount('an amount of CPU', 100_000).exactOptional(),
  memoryBytes: amount('an amount of memory', 1e15).exactOptional(),
  mesh: fieldsOf({
    peersConnected: whole('a number of peers'),
    peersTotal: whole('a number of peers'),
  }).exactOptional(),
});

/** A heartbeat that its schema accepts, without what its token tells. */
export type HeartbeatReport = Omit<HeartbeatObject, 'ownerUid' | 'podUid'>;

/** A heartbeat, or what is wrong with it: `field: value: what is wrong; what mends it`. */
export type CheckedHeartbeat =
  { readonly ok: true; readonly report: HeartbeatReport } | { readonly ok: false; readonly fault: string };

/** Reads any value as one heartbeat; never throws. `at` is its place in the request, for the fault. */
export function checkHeartbeat(value: unknown, at: number): CheckedHeartbeat {
  const parsed = heartbeat.safeParse(value);
  if (parsed.success) return { ok: true, report: parsed.data };
  return { ok: false, fault: describeIssue(parsed.error, value, at) };
}

/** The first issue in words; `at` is the item's place in its request. */
export function describeIssue({ issues: [issue] }: z.core.$ZodError, value: unknown, at: number): string {
  const { path = [], message: words = '' } = issue ?? {};
  const [message = '', mend = ''] = words.split('; ');
  const isAbsent = path.length > 0 && valueAt(value, path) === undefined;
  const fault = formatFault(faultAt(value, path, { message: isAbsent ? 'is required' : message, mend }));
  return path.length === 0 ? `items[${at}]: ${fault}` : `items[${at}].${fault}`;
}
