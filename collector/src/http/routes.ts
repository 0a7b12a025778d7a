/** What the server answers, in one list: handlers, the index and the tests of who may ask what are all made from it. */

/** One route; a `{name}` in its path stands for one segment. */
interface Route {
  readonly path: string;
  /** Answered to everybody, without a token: probes only. */
  readonly open: boolean;
  /** Answered ahead of express, which is imported when the others are first asked. */
  readonly direct: boolean;
  /** Agents report here: it takes bodies, and knows by itself who may. */
  readonly reports?: boolean;
  /** One line for the index. */
  readonly what: string;
}

/** Every route of the server. */
export const ROUTES = [
  { path: '/healthz', open: true, direct: true, what: 'alive' },
  { path: '/readyz', open: true, direct: true, what: 'ready, with the state of every watch' },
  { path: '/metrics', open: false, direct: true, what: 'Prometheus text or OpenMetrics' },
  { path: '/', open: false, direct: false, what: 'this list' },
  { path: '/api/v1/coverage', open: false, direct: false, what: 'every policy' },
  { path: '/api/v1/coverage/{namespace}/{daemonset}', open: false, direct: false, what: 'one policy' },
  {
    path: '/api/v1/coverage/{namespace}/{daemonset}/nodes',
    open: false,
    direct: false,
    what: 'its nodes; ?state=&reason=&pool=&limit=&continue=',
  },
  { path: '/api/v1/coverage/{namespace}/{daemonset}/nodes/{node}', open: false, direct: false, what: 'one node' },
  {
    path: '/api/v1/top',
    open: false,
    direct: false,
    what: 'what cost the most coverage; ?window=&limit=&namespace=&daemonset=',
  },
  { path: '/api/v1/history/{node}', open: false, direct: false, what: "a node's past; ?limit=" },
  {
    path: '/api/v1/journal',
    open: false,
    direct: false,
    what: 'hourly totals by replica; ?since=&replica=best&limit=&continue=',
  },
  {
    path: '/api/v1/exclusions',
    open: false,
    direct: false,
    what: 'hours that are excluded from budgets, by whom and why; POST adds one',
  },
  {
    path: '/api/v1/objectives',
    open: false,
    direct: false,
    what: 'every objective with its budget, and targets that history suggests',
  },
  {
    path: '/api/v1/stream',
    open: false,
    direct: true,
    what: 'what changes, as server-sent events; ?namespace=&daemonset=&lastEventId=',
  },
  {
    path: '/api/v1/heartbeats',
    open: false,
    direct: true,
    reports: true,
    what: 'POST: agents report that they live, and how they fare',
  },
  {
    path: '/api/v1/telemetry',
    open: false,
    direct: true,
    reports: true,
    what: 'POST: agents report audit events and facts of their nodes',
  },
] as const satisfies readonly Route[];

type Listed = (typeof ROUTES)[number];

/** Paths that are read, and answered on node:http. */
export type DirectPath = Exclude<Extract<Listed, { readonly direct: true }>, { readonly reports: true }>['path'];

/** Paths at which agents report. */
export type ReportPath = Extract<Listed, { readonly reports: true }>['path'];

/** Paths that express answers. */
export type ApiPath = Extract<Listed, { readonly direct: false }>['path'];

const WIDTH = Math.max(...ROUTES.map(({ path }) => path.length));

/** The list as text. */
export const INDEX = [
  'Rollcall: of the nodes that should run the daemon, how many really do, and why not the others.\n',
  ...ROUTES.map(({ path, what }) => `${path.padEnd(WIDTH)}  ${what}`),
  '',
].join('\n');

/** Whether a path, as it was asked for, is answered without a token. */
export function isOpen(path: string): boolean {
  return ROUTES.some((route) => route.open && route.path === path);
}

/** Whether agents report at a path, as it was asked for. */
export function takesReports(path: string): path is ReportPath {
  return ROUTES.some((route) => 'reports' in route && route.path === path);
}

const PATTERNS = ROUTES.map(({ path }) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`) }));

/** The route that a path, as it was asked for, belongs to; undefined without one. */
export function templateOf(path: string): string | undefined {
  return PATTERNS.find(({ pattern }) => pattern.test(path))?.path;
}
