/** Dashboards as TypeScript, so that the compiler holds each part of their JSON against the types of Grafana's SDK. */
import type { BoardJson, PanelJson } from './read-questions.ts';

/** Parts that the SDK's own dashboard leaves open, by the type of the panel: what its options and fields are. */
const KINDS: Readonly<Record<string, { readonly module: string; readonly fields: string }>> = {
  stat: { module: 'stat', fields: '{}' },
  timeseries: { module: 'timeseries', fields: 'timeseries.FieldConfig' },
  table: { module: 'table', fields: 'table.FieldConfig' },
  heatmap: { module: 'heatmap', fields: 'heatmap.FieldConfig' },
  'state-timeline': { module: 'statetimeline', fields: 'statetimeline.FieldConfig' },
  logs: { module: 'logs', fields: '{}' },
};

const SDK = '@grafana/grafana-foundation-sdk';

/** JSON has the values of an enum, not its members; a query's marker is no data. */
const HEAD = `
type Json<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? \`\${T}\`
    : T extends number
      ? T | (number extends T ? never : \`\${T}\` extends \`\${infer N extends number}\` ? N : never)
      : T extends readonly (infer Item)[]
        ? readonly Json<Item>[]
        : T extends object
          ? { readonly [Key in keyof T as Key extends '_implementsDataqueryVariant' ? never : Key]: Json<T[Key]> }
          : T;
`;

/** The SDK takes the links of values to be those of boards, which have more fields than Grafana reads here. */
const OVERRIDE = `Partial<Omit<dashboard.FieldConfig, 'links'> & { links: { title: string; url: string; targetBlank: boolean }[] }>`;

/** One line of the source, and what it is about. */
export interface TypedPart {
  readonly what: string;
  readonly type: string;
  readonly value: unknown;
}

/** The parts of a board that have a type each. */
export function partsOf({ panels, ...board }: BoardJson): readonly TypedPart[] {
  const whole = { what: board.uid, type: 'dashboard.Dashboard', value: board };
  const parts = panels.flatMap((panel) =>
    panel.type === 'row' ? partsOfRow(board.uid, panel) : partsOfPanel(board.uid, panel),
  );
  return [whole, ...parts];
}

function partsOfRow(uid: string, { panels = [], ...row }: PanelJson): readonly TypedPart[] {
  const whole = { what: `${uid}, row "${row.title}"`, type: 'dashboard.RowPanel', value: { ...row, panels: [] } };
  return [whole, ...panels.flatMap((panel) => partsOfPanel(uid, panel))];
}

function partsOfPanel(uid: string, { targets = [], options = {}, fieldConfig, ...panel }: PanelJson): TypedPart[] {
  const kind = KINDS[panel.type];
  const what = `${uid}, panel "${panel.title}"`;
  if (kind === undefined) throw new Error(`${what}: the kind ${panel.type} has no types here`);
  const { custom = {}, ...defaults } = { ...fieldConfig?.defaults };
  const { plain, own } = readOverrides(fieldConfig?.overrides ?? []);
  return [
    { what, type: 'dashboard.Panel', value: panel },
    { what: `${what}, options`, type: `${kind.module}.Options`, value: options },
    { what: `${what}, defaults`, type: 'dashboard.FieldConfig', value: defaults },
    { what: `${what}, custom`, type: `Partial<${kind.fields}>`, value: custom },
    ...plain.map((value) => ({ what: `${what}, override`, type: OVERRIDE, value })),
    ...own.map((value) => ({ what: `${what}, override of custom`, type: `Partial<${kind.fields}>`, value })),
    ...targets.map((value) => ({
      what: `${what}, query ${value.refId}`,
      // So they are spelt there.
      type: panel.type === 'logs' ? 'loki.dataquery' : 'prometheus.Dataquery',
      value,
    })),
  ];
}

type Overrides = NonNullable<PanelJson['fieldConfig']>['overrides'];

/** An override sets a field of the defaults, or with \`custom.\` before it one of the panel's kind. */
function readOverrides(overrides: Overrides): { readonly plain: readonly object[]; readonly own: readonly object[] } {
  const all = overrides.flatMap(({ properties }) => properties);
  const isOwn = (id: string): boolean => id.startsWith('custom.');
  return {
    plain: all.filter(({ id }) => !isOwn(id)).map(({ id, value }) => ({ [id]: value })),
    own: all.filter(({ id }) => isOwn(id)).map(({ id, value }) => ({ [id.slice('custom.'.length)]: value })),
  };
}

/** The source, one part a line from \`firstLine\` on. */
export function writeSource(parts: readonly TypedPart[]): { readonly text: string; readonly firstLine: number } {
  const modules = new Set(['dashboard', 'prometheus', 'loki', ...Object.values(KINDS).map(({ module }) => module)]);
  const imports = [...modules].map((name) => `import type * as ${name} from '${SDK}/${name}';`);
  const head = [...imports, ...HEAD.split('\n')];
  const lines = parts.map(({ type, value }, at) => `export const part${at}: Json<${type}> = ${JSON.stringify(value)};`);
  return { text: `${[...head, ...lines].join('\n')}\n`, firstLine: head.length + 1 };
}
