/** Who is told of what, as a file says it: receivers by urgency, owner and team. What is secret in them stays in files of its own. */
import { faultAt, findNearest, formatFault, OWNERS, type PolicyFault } from '@rollcall/contract';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** What a receiver can be for: a severity, a page that stays, or the alert that shows that alerts arrive. */
const OCCASIONS = ['page', 'escalation', 'ticket', 'review', 'watchdog'] as const;

/** What zod says of a value of another type, in our words. */
const WANTED = {
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? 'is missing; write a text' : 'is no text; put it into quotes',
};

/** One of them. */
export type Occasion = (typeof OCCASIONS)[number];

const path = z.string(WANTED).regex(/^[^\s]+$/, 'is no path; write that of a file that Alertmanager can read');
const url = z.url({
  protocol: /^https?$/,
  error: 'is no http or https URL; write for example https://hooks.example/rollcall',
});
const word = z.string(WANTED).min(1, 'is empty; write a name, or leave it out');
const address = z.string(WANTED).min(3, 'is no address; write for example agents@example.com');

function oneOf(words: readonly string[]): string {
  return `is none of ${words.join(', ')}; write one of them`;
}

const receiver = z
  .strictObject({
    for: z.enum(OCCASIONS, oneOf(OCCASIONS)),
    owner: z.enum(OWNERS, oneOf(OWNERS)).exactOptional(),
    team: word.exactOptional(),
    slack: z.strictObject({ urlFile: path, channel: word.exactOptional() }).exactOptional(),
    pagerduty: z.strictObject({ routingKeyFile: path, url: url.exactOptional() }).exactOptional(),
    email: z.strictObject({ to: address }).exactOptional(),
    webhook: z.strictObject({ url: url.exactOptional(), urlFile: path.exactOptional() }).exactOptional(),
  })
  .refine(({ slack, pagerduty, email, webhook }) => [slack, pagerduty, email, webhook].some((to) => to !== undefined), {
    error: 'names none of slack, pagerduty, email and webhook; name at least one',
  })
  .refine(({ webhook }) => webhook === undefined || (webhook.url === undefined) !== (webhook.urlFile === undefined), {
    error: 'has neither url nor urlFile for its webhook, or both; write one of them',
  })
  .refine(({ for: occasion, owner, team }) => occasion !== 'watchdog' || (owner ?? team) === undefined, {
    error: 'is for the watchdog, which has neither owner nor team; leave them out',
  });

const paging = z
  .strictObject({
    receivers: z.array(receiver, 'is no list of receivers; see docs/alertmanager.md'),
    /** The server that sends e-mail. */
    smtp: z
      .strictObject({
        smarthost: z.string(WANTED).regex(/^[^\s:]+:\d+$/, 'is not HOST:PORT; write for example smtp.example.com:587'),
        from: address,
        username: word.exactOptional(),
        passwordFile: path.exactOptional(),
        requireTls: z.boolean('is neither true nor false; write one of them').default(true),
      })
      .exactOptional(),
  })
  .superRefine(({ receivers, smtp }, context) => {
    const plain = receivers.filter(({ owner, team }) => (owner ?? team) === undefined);
    for (const occasion of ['page', 'ticket'])
      if (!plain.some((one) => one.for === occasion))
        context.addIssue(`has no receiver for: ${occasion} without owner and team; add one, which gets the rest`);
    const keys = receivers.map(keyOf);
    for (const twice of new Set(keys.filter((key, at) => keys.indexOf(key) < at)))
      context.addIssue(`has two receivers for ${twice}; name both ways in one`);
    if (smtp === undefined && receivers.some(({ email }) => email !== undefined))
      context.addIssue('has receivers of e-mail and no smtp; add smtp with smarthost and from');
  });

/** One receiver: all that is named beneath it is told. */
export type PagingReceiver = z.output<typeof receiver>;

/** All of them, and the server that sends e-mail. */
export type Paging = z.output<typeof paging>;

/** The name of a receiver, and what tells it from the others. */
export function keyOf({ for: occasion, owner, team }: Pick<PagingReceiver, 'for' | 'owner' | 'team'>): string {
  return [
    occasion,
    ...(owner === undefined ? [] : [`owner-${owner}`]),
    ...(team === undefined ? [] : [`team-${team}`]),
  ].join('-');
}

/** Reads the text of such a file. Throws with every fault in it. */
export function readPaging(file: string, text: string): Paging {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw new Error(`${file}: is not YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}; mend it there`);
  const value: unknown = document.toJS();
  const read = paging.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.flatMap((issue) => explain(issue, value));
  throw new Error(faults.map((fault) => `${file}: ${formatFault(fault)}`).join('\n'));
}

function explain(issue: z.core.$ZodIssue, value: unknown): readonly PolicyFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const known = KEYS[String(issue.path.findLast((part) => typeof part === 'string') ?? '')] ?? [];
      const nearest = findNearest(key, known);
      const mend = nearest === undefined ? `leave it out; known are ${known.join(', ')}` : `did you mean ${nearest}?`;
      return faultAt(value, [...issue.path, key], { message: 'is no field', mend });
    });
  const [message = '', mend = 'see docs/alertmanager.md'] = issue.message.split('; ');
  const fault = faultAt(value, issue.path, { message, mend });
  // What several fields say together has no value to show.
  return [issue.code === 'custom' ? { ...fault, value: '' } : fault];
}

/** By the field that holds them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': ['receivers', 'smtp'],
  receivers: Object.keys(receiver.shape),
  slack: ['urlFile', 'channel'],
  pagerduty: ['routingKeyFile', 'url'],
  email: ['to'],
  webhook: ['url', 'urlFile'],
  smtp: ['smarthost', 'from', 'username', 'passwordFile', 'requireTls'],
};
