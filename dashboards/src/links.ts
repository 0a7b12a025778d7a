/** Links that take the board's variables and time along, so that a click narrows what is seen and loses nothing. */
import { runbookOf, type ReasonCode } from '@rollcall/contract';
import type { Link } from './board.ts';

/** The UID of a board, by which files and links name it. */
export function uidOf(name: string): string {
  return `rollcall-${name}`;
}

/** What of a row of a table Grafana puts into a link; the field must be one of the table's columns. */
export function ofRow(field: string): string {
  return `\${__data.fields.${field}}`;
}

/** What of a series Grafana puts into a link. */
export function ofSeries(label: string): string {
  return `\${__field.labels.${label}}`;
}

/** Variables that go along as they are, unless the link chooses others. */
const KEPT = ['datasource', 'cluster', 'namespace', 'daemonset', 'node_pool'];

/** Another board, with some variables chosen by what was clicked. */
export function toBoard(name: string, chosen: Readonly<Record<string, string>> = {}): Link {
  const kept = KEPT.filter((variable) => !(variable in chosen)).map((variable) => `\${${variable}:queryparam}`);
  const given = Object.entries(chosen).map(([variable, value]) => `var-${variable}=${value}`);
  return { title: `Open ${name}`, url: `/d/${uidOf(name)}?${['${__url_time_range}', ...kept, ...given].join('&')}` };
}

/** The runbook page of the alert or reason that a row or series names, by `ofRow` or `ofSeries`. */
export function toRunbook(named: string): Link {
  const example: ReasonCode = 'Unexplained';
  return { title: 'Runbook', url: `\${runbooks}${runbookOf(example).replace(example, () => named)}` };
}

/** What the collector knows about the row's node: its checks, the evidence, its past. */
export function toNodeAnswer(): Link {
  const path = ['namespace', 'daemonset'].map(ofRow).join('/');
  return { title: 'Ask the collector', url: `\${api}/api/v1/coverage/${path}/nodes/${ofRow('node')}` };
}
