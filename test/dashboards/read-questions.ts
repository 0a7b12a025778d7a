/** What dashboards ask, read out of their JSON: the queries of panels, variables and annotations. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const GENERATED = join(import.meta.dirname, '../../dashboards/generated');

/** A dashboard as far as it is read here; the fields are Grafana's. */
export interface BoardJson {
  readonly uid: string;
  readonly title: string;
  readonly time: { readonly from: string };
  readonly links: readonly LinkJson[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
}

/** A panel, or the heading of a row, which holds its panels when it is folded. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: {
    readonly defaults: FieldJson;
    readonly overrides: readonly { readonly properties: readonly { readonly id: string; readonly value: unknown }[] }[];
  };
  readonly options?: object;
  readonly transformations?: readonly { readonly id: string }[];
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly panels?: readonly PanelJson[];
  readonly targets?: readonly TargetJson[];
}

/** How a panel's values are shown. */
interface FieldJson {
  readonly unit?: string;
  readonly noValue?: string;
  readonly thresholds?: { readonly steps: readonly { readonly color: string }[] };
  readonly links?: readonly LinkJson[];
  readonly custom?: object;
}

/** A link of a board, or one that a value opens. */
export interface LinkJson {
  readonly type?: string;
  readonly title: string;
  readonly url?: string;
  readonly includeVars?: boolean;
  readonly keepTime?: boolean;
}

interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly datasource?: { readonly type: string };
}

/** A variable at the head of a board. */
export interface VariableJson {
  readonly type: string;
  readonly name: string;
  readonly query?: string | { readonly query: string };
  readonly allValue?: string;
  readonly includeAll?: boolean;
}

/** One query, and where it stands. */
export interface Question {
  readonly board: string;
  /** The panel's title, or the name of the variable or annotation. */
  readonly place: string;
  readonly kind: 'panel' | 'variable' | 'annotation';
  readonly language: 'PromQL' | 'LogQL';
  readonly expr: string;
  readonly instant: boolean;
  /** What the panel needs that not everybody has: Loki or cAdvisor. */
  readonly optional: string | undefined;
}

/** The committed dashboards. */
export function readBoards(): readonly BoardJson[] {
  const files = globSync('*.json', { cwd: GENERATED }).toSorted();
  if (files.length === 0) throw new Error(`${GENERATED}: no dashboards`);
  return files.map((file) => {
    const board = JSON.parse(readFileSync(join(GENERATED, basename(file)), 'utf8')) as BoardJson;
    if (`${board.uid}.json` !== file) throw new Error(`${file}: its UID is ${board.uid}`);
    return board;
  });
}

/** All panels of a board but headings, those of folded rows too. */
export function panelsOf({ panels }: Pick<BoardJson, 'panels'>): readonly PanelJson[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

/** Everything that a board asks. */
export function questionsOf(board: BoardJson): readonly Question[] {
  const { uid, templating, annotations } = board;
  const common = { board: uid, instant: false, optional: undefined, language: 'PromQL' } as const;
  return [
    ...panelsOf(board).flatMap((panel) => askPanel(uid, panel)),
    ...templating.list.flatMap(({ type, name, query }): Question[] => {
      if (type !== 'query') return [];
      const expr = typeof query === 'string' ? query : (query?.query ?? '');
      return [{ ...common, kind: 'variable', place: name, expr }];
    }),
    ...annotations.list.flatMap(({ name, expr }): Question[] =>
      expr === undefined ? [] : [{ ...common, kind: 'annotation', place: name, expr }],
    ),
  ];
}

function askPanel(board: string, { title, targets = [], datasource }: PanelJson): readonly Question[] {
  const optional = /\(optional: (\w+)\)$/.exec(title)?.[1];
  return targets.map((target) => ({
    board,
    place: title,
    kind: 'panel',
    language: (target.datasource ?? datasource)?.type === 'loki' ? 'LogQL' : 'PromQL',
    expr: target.expr,
    instant: target.instant === true,
    optional,
  }));
}

/** How far back a board opens, in milliseconds; from `now-3h`. Throws for what it does not know. */
export function rangeOf({ uid, time }: Pick<BoardJson, 'uid' | 'time'>): number {
  const [, count, unit = ''] = /^now-(\d+)([smhdw])$/.exec(time.from) ?? [];
  const size = UNITS_MS[unit];
  if (size === undefined) throw new Error(`${uid}: opens at "${time.from}", which is no time back`);
  return Number(count) * size;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The metric selector and the label of a variable's `label_values(selector, label)`, or nothing of another function. */
export function readLabelValues(query: string): { readonly selector: string; readonly label: string } | undefined {
  const [, selector = '', label = ''] = /^label_values\((.+), *(\w+)\)$/s.exec(query) ?? [];
  return label === '' ? undefined : { selector, label };
}
