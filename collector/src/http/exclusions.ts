/** Takes entries of the ledger of exclusions: only from those whose token says who they are, since an entry without an author is none. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answers } from './answers.ts';
import { tokenOf, userOf, type Authorise } from './authorise.ts';
import { createBodyReader } from './read-body.ts';
import { sendJson, sendProblem } from './respond.ts';
import type { ApiPath } from './routes.ts';

const PATH = '/api/v1/exclusions' satisfies ApiPath;
const BODY = { one: 16 * 1024, all: 1024 * 1024 };

/** Whether a request adds to the ledger. */
export function addsExclusion({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && url.split('?')[0] === PATH;
}

/** Answers such a request, once it is let in. */
export function createExclusions(
  { past }: Pick<Answers, 'past'>,
  authorise: Authorise | undefined,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const readBody = createBodyReader(BODY);
  return async (request, response) => {
    const token = tokenOf(request);
    if (authorise === undefined || token === undefined)
      return sendProblem(response, 403, 'Exclusions need an author; start rollcall serve with --authenticate.');
    const author = await userOf(authorise, { token, path: PATH, verb: 'post' });
    if (author === '') return sendProblem(response, 503, 'Nobody can say now whose token this is; try again.');
    const body = await readBody(request, response);
    if ('status' in body) return sendProblem(response, body.status, body.fault);
    if (past === undefined) return sendProblem(response, 503, 'There is no journal to write to.');
    const entry = await past.exclude(parse(body.text), author).catch((error: unknown) => ({ error }));
    if (typeof entry === 'string') return sendProblem(response, 400, entry);
    if ('error' in entry) return sendProblem(response, 503, entry.error instanceof Error ? entry.error.message : '');
    response.statusCode = 201;
    sendJson(response, entry);
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
