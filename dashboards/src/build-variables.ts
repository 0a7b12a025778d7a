/** The variables at the head of a board: each narrows what the next one offers. */
import { COLLECTOR_METRICS, COMMON_LABELS, COVERAGE_METRICS, POOL } from '@rollcall/contract';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Board, BoardSettings, Extra } from './board.ts';
import { select } from './select.ts';

/** The data source of all queries. */
export const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
/** The data source of the optional log panels. */
export const LOKI = { type: 'loki', uid: '${loki}' };

type Variable = Builder<VariableModel>;

const [CLUSTER, NAMESPACE, DAEMONSET] = COMMON_LABELS;
const INFO = COVERAGE_METRICS.policyInfo;

/** The variables of a board, in the order in which they depend on each other. */
export function buildVariables({ variables }: Board, settings: BoardSettings): readonly Variable[] {
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    ...[CLUSTER, NAMESPACE, DAEMONSET].map((label, at) => {
      const known = [CLUSTER, NAMESPACE, DAEMONSET].slice(0, at).map((own) => `${own}=~"$${own}"`);
      return pick(label, { label, of: `${INFO.name}{${known.join(',')}}` });
    }),
    ...variables.map((name) => EXTRAS[name](settings)),
  ];
}

const EXTRAS: Readonly<Record<Extra, (settings: BoardSettings) => Variable>> = {
  node_pool: () => {
    const known = select({ name: COVERAGE_METRICS.expected.name, pool: false });
    return pick(POOL, { label: 'node pool', of: known });
  },
  node: () => pick('node', { label: 'node', of: select(COVERAGE_METRICS.uncoveredInfo) }).allowCustomValue(true),
  sli: () => pick('sli', { label: 'SLI', of: select(COVERAGE_METRICS.objective) }),
  collector: () => pick('collector', { label: 'collector', of: COLLECTOR_METRICS.buildInfo.name, values: 'instance' }),
  loki: () => new DatasourceVariableBuilder('loki').label('Loki (optional)').type('loki'),
  api: ({ apiUrl }) => fill('api', { label: 'Collector API', value: apiUrl }),
  runbooks: ({ runbookBase }) => fill('runbooks', { label: 'Runbooks under', value: runbookBase }),
};

interface Choice {
  readonly label: string;
  readonly of: string;
  /** The label whose values are offered, where it is not the variable's own name. */
  readonly values?: string;
}

function pick(name: string, { label, of, values = name }: Choice): QueryVariableBuilder {
  const query = `label_values(${of.replace('{}', '')}, ${values})`;
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(PROMETHEUS)
      .query({ query, refId: name })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      // Also series without the label: a collector without --cluster has no cluster, a phantom no node.
      .allValue('.*')
      .current({ text: ['All'], value: ['$__all'] })
  );
}

function fill(name: string, { label, value }: { readonly label: string; readonly value: string }): Variable {
  return new TextBoxVariableBuilder(name).label(label).defaultValue(value);
}
