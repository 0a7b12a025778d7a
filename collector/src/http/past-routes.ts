/** The routes that answer out of the journal. */
import type { ServerResponse } from 'node:http';
import { parseDuration, type HourlyRow, type LedgerEntry, type PolicyName, type Page } from '@rollcall/contract';
import type { Answers, PastAnswers } from './answers.ts';
import { findFault, searchOf, type Parameter, type Parameters } from './query-parameters.ts';
import { sendJson, sendProblem } from './respond.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 30 * DAY_MS;
const MOST_TOP = 1_000;
const MOST_HISTORY = 1_000;
const MOST_HOURS = 5_000;

const name: Parameter = { allowed: 'a name', accepts: (value) => value !== '' };

function upTo(most: number): Parameter {
  return {
    allowed: `an integer from 1 to ${most}`,
    accepts: (value) => /^[1-9]\d{0,5}$/.test(value) && Number(value) <= most,
  };
}

const TOP: Parameters = new Map([
  [
    'window',
    {
      allowed: 'a duration such as 24h, of at most 30d',
      accepts: (value: string) => (parseDuration(value) ?? 0) > 0 && (parseDuration(value) ?? 0) <= LONGEST_MS,
    },
  ],
  ['limit', upTo(MOST_TOP)],
  ['namespace', name],
  ['daemonset', name],
]);

/** What cost the most. */
export async function answerTop(answers: Answers, url: string | undefined, response: ServerResponse): Promise<void> {
  const search = searchOf(url);
  const fault = findFault(TOP, search);
  if (fault !== undefined) return sendProblem(response, 400, fault);
  const query = {
    windowMs: parseDuration(search.get('window') ?? '24h') ?? DAY_MS,
    limit: Number(search.get('limit') ?? 20),
    namespace: search.get('namespace') ?? undefined,
    daemonset: search.get('daemonset') ?? undefined,
  };
  await answerPast(answers, response, (past) => past.top(query));
}

const HISTORY: Parameters = new Map([['limit', upTo(MOST_HISTORY)]]);

/** A node's past. A node that nobody remembers has none: that is no error, since it may be of yesterday. */
export async function answerHistory(
  answers: Answers,
  { url, node }: { readonly url: string | undefined; readonly node: string },
  response: ServerResponse,
): Promise<void> {
  const search = searchOf(url);
  const fault = findFault(HISTORY, search);
  if (fault !== undefined) return sendProblem(response, 400, fault);
  await answerPast(answers, response, (past) => past.history(node, Number(search.get('limit') ?? 100)));
}

const HOURS: Parameters = new Map([
  [
    'since',
    {
      allowed: 'a time such as 2026-03-13T13:00:00Z',
      accepts: (value: string) => Number.isFinite(Date.parse(value)),
    },
  ],
  ['limit', upTo(MOST_HOURS)],
  ['replica', { allowed: 'best, or left out for all', accepts: (value: string) => value === 'best' }],
  [
    'continue',
    {
      allowed: 'the `continue` of the page before, unchanged (leave it out to begin anew)',
      accepts: (value: string) => Array.isArray(keyOf(value)),
    },
  ],
]);

function keyOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** A page of hourly totals, with the names of the policies that they are of. */
export interface HoursAnswer extends Page<HourlyRow> {
  readonly policies: readonly PolicyName[];
  readonly exclusions: readonly LedgerEntry[];
}

/** Hourly totals, page by page. */
export async function answerHours(answers: Answers, url: string | undefined, response: ServerResponse): Promise<void> {
  const search = searchOf(url);
  const fault = findFault(HOURS, search);
  if (fault !== undefined) return sendProblem(response, 400, fault);
  const token = search.get('continue');
  const query = {
    sinceMs: Date.parse(search.get('since') ?? '1970-01-01T00:00:00Z'),
    limit: Number(search.get('limit') ?? MOST_HOURS),
    best: search.get('replica') === 'best',
    after: token === null ? undefined : Buffer.from(token, 'base64url').toString(),
  };
  await answerPast(answers, response, async (past): Promise<HoursAnswer> => {
    const { items, policies, exclusions, next } = await past.hours(query);
    return {
      items,
      policies,
      exclusions,
      ...(next !== undefined && { continue: Buffer.from(next).toString('base64url') }),
    };
  });
}

/** The ledger of exclusions, oldest entry first. */
export async function answerExclusions(
  answers: Answers,
  url: string | undefined,
  response: ServerResponse,
): Promise<void> {
  const fault = findFault(new Map(), searchOf(url));
  if (fault !== undefined) return sendProblem(response, 400, fault);
  await answerPast(answers, response, (past) => past.exclusions());
}

/** A journal that cannot be read is a 503 that says why: everything else is answered meanwhile. */
async function answerPast(
  { past }: Answers,
  response: ServerResponse,
  ask: (past: PastAnswers) => Promise<object>,
): Promise<void> {
  if (past === undefined) return sendProblem(response, 503, 'There is no journal to ask.');
  const answer = await ask(past).catch((error: unknown) => String(error instanceof Error ? error.message : error));
  if (typeof answer === 'string') sendProblem(response, 503, answer);
  else sendJson(response, answer);
}
