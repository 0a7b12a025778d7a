/** The routes of the JSON API and the index, on express. */
import type { NodeAnswer, Page, PolicySummary } from '@rollcall/contract';
import express, { type Express, type Request, type Response, type Router } from 'express';
import { withEvidence, type Answers } from './answers.ts';
import { continueToken, parseNodeQuery } from './node-query.ts';
import { answerExclusions, answerHistory, answerHours, answerTop } from './past-routes.ts';
import { searchOf } from './query-parameters.ts';
import { refuseMethod, refusePath, sendJson, sendProblem, sendText } from './respond.ts';
import { INDEX, type ApiPath } from './routes.ts';

type PolicyParams = { readonly namespace: string; readonly daemonset: string };
type NodeParams = PolicyParams & { readonly node: string };

const ROOT = '/api/v1/coverage' satisfies ApiPath;

function refusePolicy(response: Response, { namespace, daemonset }: PolicyParams): void {
  sendProblem(
    response,
    404,
    `No policy is about DaemonSet ${namespace}/${daemonset}; GET ${ROOT} lists those there are.`,
  );
}

function answerPolicy(answers: Answers, { params }: Request<PolicyParams>, response: Response): void {
  const policy = answers.policy(params.namespace, params.daemonset);
  if (policy === undefined) refusePolicy(response, params);
  else sendJson(response, policy);
}

function answerNodes(answers: Answers, { params, url }: Request<PolicyParams>, response: Response): void {
  const parsed = parseNodeQuery(searchOf(url));
  if ('fault' in parsed) return sendProblem(response, 400, parsed.fault);
  const nodes = answers.nodes(params.namespace, params.daemonset, parsed.query);
  if (nodes === undefined) return refusePolicy(response, params);
  const { items, next } = nodes;
  const page: Page<NodeAnswer> = next === undefined ? { items } : { items, continue: continueToken(next) };
  sendJson(response, page);
}

async function answerNode(answers: Answers, { params }: Request<NodeParams>, response: Response): Promise<void> {
  const { namespace, daemonset, node } = params;
  const detail = answers.node(namespace, daemonset, node);
  if (detail !== undefined) return sendJson(response, await withEvidence(answers, detail));
  if (answers.policy(namespace, daemonset) === undefined) return refusePolicy(response, params);
  sendProblem(response, 404, `Policy ${namespace}/${daemonset} knows no node ${JSON.stringify(node)}.`);
}

function answerObjectives({ objectives }: Answers, response: Response): void {
  if (objectives === undefined) sendProblem(response, 503, 'Nobody keeps budgets here.');
  else sendJson(response, objectives());
}

function isBadRequest(error: unknown): error is Error {
  return error instanceof Error && 'status' in error && error.status === 400;
}

type ApiHandler = (request: Request<NodeParams>, response: Response) => void | Promise<void>;

function createHandlers(answers: Answers): Readonly<Record<ApiPath, ApiHandler>> {
  return {
    '/': (_, response) => sendText(response, INDEX),
    '/api/v1/coverage': (_, response) =>
      sendJson(response, { items: answers.policies() } satisfies Page<PolicySummary>),
    '/api/v1/coverage/{namespace}/{daemonset}': (request, response) => answerPolicy(answers, request, response),
    '/api/v1/coverage/{namespace}/{daemonset}/nodes': (request, response) => answerNodes(answers, request, response),
    '/api/v1/coverage/{namespace}/{daemonset}/nodes/{node}': (request, response) =>
      answerNode(answers, request, response),
    '/api/v1/top': ({ url }, response) => answerTop(answers, url, response),
    '/api/v1/history/{node}': ({ url, params }, response) =>
      answerHistory(answers, { url, node: params.node }, response),
    '/api/v1/exclusions': ({ url }, response) => answerExclusions(answers, url, response),
    '/api/v1/objectives': (_, response) => answerObjectives(answers, response),
    '/api/v1/journal': ({ url }, response) => answerHours(answers, url, response),
  };
}

function createRoutes(answers: Answers): Router {
  // A path is what was authorised, letter for letter: no other spelling leads to the same answer.
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [path, handler] of Object.entries(createHandlers(answers))) {
    router
      .route(path.replaceAll(/\{(\w+)\}/g, ':$1'))
      .get((request, response) => handler(request as unknown as Request<NodeParams>, response))
      .all((request, response) => refuseMethod(response, request.method));
  }
  return router;
}

/** The express application; what a handler throws goes to `fail`. */
export function createApi(answers: Answers, fail: (error: unknown, response: Response) => void): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').disable('query parser');
  const routes = createRoutes(answers);
  app.use((request, response) => {
    routes(request, response, (error?: unknown) => {
      if (error === undefined) refusePath(response, request.path);
      else if (!isBadRequest(error)) fail(error, response);
      else sendProblem(response, 400, `${error.message}; check the percent-encoding of the path.`);
    });
  });
  return app;
}
