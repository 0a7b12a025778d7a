/** Who is told of what, as a file says it: receivers by urgency, owner and team. What is secret in them stays in files of its own. */
import { OWNERS } from '@rollcall/contract';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** What a receiver can be for: a severity, a page that stays, or the alert that shows that alerts arrive. */
const OCCASIONS = ['page', 'escalation', 'ticket', 'review', 'watchdog'] as const;

/** One of them. */
export type Occasion = (typeof OCCASIONS)[number];

const path = z.string().regex(/^[^\s]+$/, 'is no path');
const url = z.url({ protocol: /^https?$/, error: 'is no http or https URL' });

const receiver = z
  .strictObject({
    for: z.enum(OCCASIONS),
    owner: z.enum(OWNERS).exactOptional(),
    team: z.string().min(1).exactOptional(),
    slack: z.strictObject({ urlFile: path, channel: z.string().min(1).exactOptional() }).exactOptional(),
    pagerduty: z.strictObject({ routingKeyFile: path, url: url.exactOptional() }).exactOptional(),
    email: z.strictObject({ to: z.string().min(3) }).exactOptional(),
    webhook: z.strictObject({ url: url.exactOptional(), urlFile: path.exactOptional() }).exactOptional(),
  })
  .refine(({ slack, pagerduty, email, webhook }) => [slack, pagerduty, email, webhook].some((to) => to !== undefined), {
    error: 'names none of slack, pagerduty, email and webhook',
  })
  .refine(({ webhook }) => webhook === undefined || (webhook.url === undefined) !== (webhook.urlFile === undefined), {
    error: 'has neither url nor urlFile for its webhook, or both',
  })
  .refine(({ for: occasion, owner, team }) => occasion !== 'watchdog' || (owner ?? team) === undefined, {
    error: 'is for the watchdog, which has neither owner nor team',
  });

const paging = z
  .strictObject({
    receivers: z.array(receiver),
    /** The server that sends e-mail. */
    smtp: z
      .strictObject({
        smarthost: z.string().regex(/^[^\s:]+:\d+$/, 'is not HOST:PORT'),
        from: z.string().min(3),
        username: z.string().min(1).exactOptional(),
        passwordFile: path.exactOptional(),
        requireTls: z.boolean().default(true),
      })
      .exactOptional(),
  })
  .superRefine(({ receivers, smtp }, context) => {
    const plain = receivers.filter(({ owner, team }) => (owner ?? team) === undefined);
    for (const occasion of ['page', 'ticket'])
      if (!plain.some((one) => one.for === occasion))
        context.addIssue(`has no receiver for: ${occasion} without owner and team`);
    const keys = receivers.map(keyOf);
    for (const twice of new Set(keys.filter((key, at) => keys.indexOf(key) < at)))
      context.addIssue(`has two receivers for ${twice}; name both ways in one`);
    if (smtp === undefined && receivers.some(({ email }) => email !== undefined))
      context.addIssue('has receivers of e-mail and no smtp');
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
  if (error !== undefined) throw new Error(`${file}: is not YAML: ${error.message}`);
  const read = paging.safeParse(document.toJS());
  if (read.success) return read.data;
  throw new Error(read.error.issues.map(({ path: at, message }) => `${file}: ${sayPath(at)} ${message}`).join('\n'));
}

function sayPath(at: readonly PropertyKey[]): string {
  return at.length === 0 ? 'the document' : at.map(String).join('.');
}
