/** Serves the boards' page on 127.0.0.1, and draws what it asks from one Prometheus. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { reachPrometheus } from './ask-prometheus.ts';
import type { Dashboard } from './dashboard.ts';
import { drawBoard } from './draw-board.ts';
import { escapeHtml } from './html.ts';

/** Where boards come from and what they are drawn from. */
export interface PreviewOptions {
  /** A Prometheus, without a path. */
  readonly prometheus: string;
  /** Boards as Grafana reads them, in its classic JSON; their order is that of the list. */
  readonly dashboards: readonly object[];
  /** What `now` is, in Unix milliseconds. */
  readonly clock: () => number;
  /** How often the data source says that it scrapes, in milliseconds; Grafana's default of 15 s if not given. */
  readonly scrapeIntervalMs?: number;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

/** A running preview; who started it stops it. */
export interface Preview {
  /** Lists the boards; a board's page is at `${url}/boards/${uid}`. */
  readonly url: string;
  /** UIDs, in the order given. */
  readonly boards: readonly string[];
  readonly stop: () => Promise<void>;
}

/** What the page loads, by its path. Types are stripped as it is read. */
const FILES: Readonly<Record<string, { readonly from: string; readonly type: string }>> = {
  '/page.css': { from: './page.css', type: 'text/css' },
  '/page.ts': { from: './page.ts', type: 'text/javascript' },
  '/format-value.ts': { from: './format-value.ts', type: 'text/javascript' },
};

const SHELL = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rollcall</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="importmap">{"imports":{"echarts":"/echarts.js"}}</script>
<script type="module">import { showBoard } from '/page.ts'; await showBoard();</script>
</head><body></body></html>`;

/** Starts the preview and returns when it listens. */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const dashboards = new Map(
    (options.dashboards as readonly Dashboard[]).map((dashboard) => [dashboard.uid, dashboard]),
  );
  const server = createServer((request, response) => {
    admit(request, response, { dashboards, options }).catch((error: unknown) => {
      send(response, { status: 500, type: 'text/plain', body: String(error) });
    });
  });
  await once(server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    boards: [...dashboards.keys()],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Site {
  readonly dashboards: ReadonlyMap<string, Dashboard>;
  readonly options: PreviewOptions;
}

/** Names under which a browser may ask: another name that leads here is a page of strangers (DNS rebinding). */
const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

async function admit({ url, headers }: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const address = URL.parse(`http://127.0.0.1${url ?? '/'}`);
  if (address !== null && OWN_HOST.test(headers.host ?? '')) return answer(address, response, site);
  send(response, { status: 400, type: 'text/plain', body: 'ask 127.0.0.1 for a page' });
}

async function answer(address: URL, response: ServerResponse, site: Site): Promise<void> {
  const { pathname } = address;
  const [, uid, drawing] = /^\/boards\/([^/]+)(\/drawing)?$/.exec(pathname) ?? [];
  const dashboard = site.dashboards.get(uid ?? '');
  const file = FILES[pathname];
  if (file !== undefined) send(response, { type: file.type, body: await readSource(file.from) });
  else if (pathname === '/echarts.js') send(response, { type: 'text/javascript', body: await readCharts() });
  else if (pathname === '/') send(response, { type: 'text/html', body: listBoards(site.dashboards) });
  else if (dashboard === undefined)
    send(response, { status: 404, type: 'text/plain', body: `${pathname} is not here` });
  else if (drawing === undefined) send(response, { type: 'text/html', body: SHELL });
  else send(response, { type: 'application/json', body: await draw(dashboard, address.searchParams, site.options) });
}

async function draw(dashboard: Dashboard, search: URLSearchParams, options: PreviewOptions): Promise<string> {
  const names = [...search.keys()].filter((name) => name.startsWith('var-'));
  const [from, to] = [search.get('from'), search.get('to')];
  const board = await drawBoard(dashboard, {
    prometheus: reachPrometheus(options.prometheus),
    now: options.clock(),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
    width: Number(search.get('width') ?? 1568),
    openRows: search.get('rows') === 'open',
    scrapeIntervalMs: options.scrapeIntervalMs ?? 15_000,
    chosen: Object.fromEntries(names.map((name) => [name.slice('var-'.length), search.getAll(name)])),
  });
  return JSON.stringify(board);
}

async function readSource(from: string): Promise<string> {
  const text = await readFile(new URL(from, import.meta.url), 'utf8');
  return from.endsWith('.ts') ? stripTypeScriptTypes(text) : text;
}

function readCharts(): Promise<string> {
  return readFile(new URL(import.meta.resolve('echarts/dist/echarts.esm.min.mjs')), 'utf8');
}

function listBoards(dashboards: Site['dashboards']): string {
  const items = [...dashboards].map(([uid, { title }]) => `<li><a href="/boards/${uid}">${escapeHtml(title)}</a></li>`);
  return `<!doctype html><meta charset="utf-8"><title>Rollcall</title><link rel="stylesheet" href="/page.css"><ul>${items.join('')}</ul>`;
}

interface Content {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

function send(response: ServerResponse, { status = 200, type, body }: Content): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
}
