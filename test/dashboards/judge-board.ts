/** The house rules of dashboards: what no type says, and what an SRE misses when it is not there. */
import { panelsOf, type BoardJson, type LinkJson, type PanelJson } from './read-questions.ts';

const COLUMNS = 24;
/** The longest UID that Grafana takes. */
const UID_LIMIT = 40;
/** Fewer characters say no more than the title. */
const DESCRIPTION_LEAST = 25;
/** What Grafana knows; of another it says nothing and shows what it was given. */
const TRANSFORMATIONS = ['merge', 'filterFieldsByName', 'organize', 'joinByField', 'labelsToFields', 'sortBy'];

/** What is wrong with a board; `uids` are those of all boards, to which links may lead. */
export function judgeBoard(board: BoardJson, uids: readonly string[]): readonly string[] {
  const panels = panelsOf(board);
  const links = board.links.filter(({ type }) => type === 'dashboards');
  return [
    ...(/^rollcall-[a-z0-9-]+$/.test(board.uid) && board.uid.length <= UID_LIMIT ? [] : [`the UID is ${board.uid}`]),
    ...repeated(board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).map(({ id }) => `id ${id}`)),
    ...repeated(panels.map(({ title }) => `title "${title}"`)),
    ...(links.length > 0 && links.every(({ includeVars, keepTime }) => includeVars === true && keepTime === true)
      ? []
      : ['does not link to the other boards with variables and time']),
    ...judgeGrid(board.panels),
    ...board.panels.flatMap(({ panels: folded = [] }) => judgeGrid(folded)),
    ...panels.flatMap((panel) => judgePanel(panel, uids).map((fault) => `"${panel.title}" ${fault}`)),
  ];
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map((name) => `${name} is there twice`);
}

function judgeGrid(panels: readonly PanelJson[]): readonly string[] {
  return panels.flatMap((panel, at) => {
    const { x, w } = panel.gridPos;
    const over = panels.slice(at + 1).filter((other) => overlap(panel.gridPos, other.gridPos));
    return [
      ...(x >= 0 && w > 0 && x + w <= COLUMNS ? [] : [`"${panel.title}" goes beyond column ${COLUMNS}`]),
      ...over.map(({ title }) => `"${panel.title}" lies over "${title}"`),
    ];
  });
}

type Place = PanelJson['gridPos'];

function overlap(one: Place, other: Place): boolean {
  const apart = one.x + one.w <= other.x || other.x + other.w <= one.x;
  return !apart && one.y + one.h > other.y && other.y + other.h > one.y;
}

function judgePanel(panel: PanelJson, uids: readonly string[]): readonly string[] {
  const { type, title, targets = [], transformations = [] } = panel;
  const source = type === 'logs' ? '${loki}' : '${datasource}';
  const sources = [panel, ...targets].map(({ datasource }) => (datasource as PanelJson['datasource'])?.uid);
  const checks: readonly (readonly [boolean, string])[] = [
    [targets.length > 0, 'asks nothing'],
    [sources.every((uid) => uid === source), `asks another data source than ${source}`],
    [transformations.every(({ id }) => TRANSFORMATIONS.includes(id)), 'has a transformation that nobody knows'],
    [
      type !== 'stat' || targets.every(({ instant }) => instant === true),
      'shows what a range ended with as if it were now',
    ],
    [type !== 'logs' || title.endsWith('(optional: Loki)'), 'needs Loki and does not say so'],
  ];
  return [
    ...judgeWords(panel),
    ...checks.flatMap(([holds, fault]) => (holds ? [] : [fault])),
    ...repeated(targets.map(({ refId }) => `query ${refId}`)),
    ...linksOf(panel).flatMap((link) => judgeLink(link, uids)),
  ];
}

/** What a reader needs beside the figures. */
function judgeWords({ description = '', fieldConfig }: PanelJson): readonly string[] {
  const { unit = '', noValue = '', thresholds } = { ...fieldConfig?.defaults };
  const checks: readonly [boolean, string][] = [
    [description.length >= DESCRIPTION_LEAST, 'has no description'],
    [unit !== '', 'has no unit'],
    [noValue !== '', 'does not say what it means to be empty'],
    [(thresholds?.steps.length ?? 0) > 0, 'has no thresholds'],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

/** The links that values open: those of all fields, and those of columns. */
function linksOf({ fieldConfig }: PanelJson): readonly LinkJson[] {
  const columns = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) => (id === 'links' ? (value as readonly LinkJson[]) : [])),
  );
  return [...(fieldConfig?.defaults.links ?? []), ...columns];
}

/** A link to another board takes along what was chosen, and the time; one to a runbook names its page by a value, or one that is there. */
function judgeLink({ title, url = '' }: LinkJson, uids: readonly string[]): readonly string[] {
  const [, uid] = /^\/d\/([\w-]+)\?/.exec(url) ?? [];
  if (uid === undefined)
    return ELSEWHERE.test(url) ? [] : [`links "${title}" to ${url}, which is no board, API or runbook`];
  const isKept = (name: string): boolean => url.includes(`\${${name}:queryparam}`) || url.includes(`var-${name}=\${`);
  return [
    ...(uids.includes(uid) ? [] : [`links "${title}" to the board ${uid}, which is not there`]),
    ...(url.includes('${__url_time_range}') ? [] : [`links "${title}" without the time`]),
    ...KEPT.filter((name) => !isKept(name)).map((name) => `links "${title}" without the variable ${name}`),
  ];
}

/** The API's answer about a node or policy, and a runbook by the name of an alert or a reason. */
const ELSEWHERE = /^(\$\{api\}\/api\/v1\/.+|\$\{runbooks\}alerts\/runbooks\/(\$\{__[\w.]+\}|[A-Z]\w+)\.md)$/;
const KEPT = ['datasource', 'cluster', 'namespace', 'daemonset'] as const;
