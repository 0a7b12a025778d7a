/** What the variables at the head of a board stand for: what the address says, else what the board does, else all. */
import type { Prometheus } from './ask-prometheus.ts';
import type { Dashboard, Variable } from './dashboard.ts';
import { interpolate, type VariableValue } from './interpolate.ts';
import type { TimeRange } from './time.ts';

/** A variable with its value, and what the head of the board shows of it. */
interface Settled {
  readonly label: string;
  readonly shown: string;
  readonly value: VariableValue;
}

/** By name, in the board's order: each may ask by those before it. */
export type Settlement = ReadonlyMap<string, Settled>;

/** What settles variables. */
interface Sources {
  readonly prometheus: Prometheus;
  readonly range: TimeRange;
  /** Values chosen by name; several where a variable takes several. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

const ALL = '$__all';

/** Settles every variable of the board. Throws on a kind that the preview does not know, and with what Prometheus refuses. */
export async function settleVariables(dashboard: Dashboard, sources: Sources): Promise<Settlement> {
  const settled = new Map<string, Settled>();
  for (const variable of dashboard.templating?.list ?? []) {
    const chosen = sources.chosen[variable.name] ?? readCurrent(variable);
    const value = await settle(variable, chosen, { ...sources, variables: valuesOf(settled) });
    settled.set(variable.name, { label: variable.label ?? variable.name, shown: show(value, chosen), value });
  }
  return settled;
}

/** The values alone, as queries are filled with them. */
export function valuesOf(settlement: Settlement): Readonly<Record<string, VariableValue>> {
  return Object.fromEntries([...settlement].map(([name, { value }]) => [name, value]));
}

type Known = Sources & { readonly variables: Readonly<Record<string, VariableValue>> };

async function settle(variable: Variable, chosen: readonly string[], known: Known): Promise<VariableValue> {
  switch (variable.type) {
    case 'query':
      return settleQuery(variable, chosen, known);
    case 'datasource':
    case 'textbox':
    case 'constant':
      return chosen[0] ?? (typeof variable.query === 'string' ? variable.query : '');
    default:
      throw new Error(`the variable ${variable.name} is a ${variable.type}, which the preview does not know`);
  }
}

async function settleQuery(variable: Variable, chosen: readonly string[], known: Known): Promise<VariableValue> {
  const { multi = false, includeAll = false } = variable;
  if (chosen.includes(ALL) || (chosen.length === 0 && includeAll)) return settleAll(variable, known);
  const values = chosen.length > 0 ? chosen : (await askOffered(variable, known)).slice(0, 1);
  return multi || includeAll ? values : (values[0] ?? '');
}

async function settleAll(variable: Variable, known: Known): Promise<VariableValue> {
  const { allValue } = variable;
  return typeof allValue === 'string' && allValue !== '' ? { raw: allValue } : askOffered(variable, known);
}

async function askOffered(variable: Variable, { prometheus, range, variables }: Known): Promise<readonly string[]> {
  const { query } = variable;
  const text = typeof query === 'string' ? query : String((query as { readonly query?: unknown } | undefined)?.query);
  const [, selector, label] = /^label_values\((?:(.*),)?\s*(\w+)\s*\)$/s.exec(text) ?? [];
  if (label === undefined)
    throw new Error(`the variable ${variable.name} asks ${text}, which the preview does not know`);
  const filling = { variables, rangeMs: range.to - range.from, stepMs: 60_000, scrapeIntervalMs: 15_000 };
  const filled = selector === undefined ? undefined : interpolate(selector, filling);
  return prometheus.askLabelValues(label, filled, range);
}

function readCurrent({ current }: Variable): readonly string[] {
  const value = current?.value ?? [];
  return (Array.isArray(value) ? value : [value]).map(String).filter((text) => text !== '');
}

function show(value: VariableValue, chosen: readonly string[]): string {
  if (typeof value === 'string') return value;
  return 'raw' in value || chosen.includes(ALL) ? 'All' : value.join(' + ');
}
