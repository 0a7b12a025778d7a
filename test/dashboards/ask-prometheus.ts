/** Asks Prometheus as Grafana does, and judges what comes back. */
import { readLabelValues, type Question, type VariableJson } from './read-questions.ts';
import { interpolate, type Filling, type VariableValue } from '@rollcall/dashboards/preview';

/** One series; the numbers are texts, as Prometheus writes them. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

type Reply =
  | { readonly status: 'error'; readonly error: string }
  | { readonly status: 'success'; readonly data: { readonly result: readonly Series[] } | readonly string[] };

/** Whom to ask, what about, and which time: the last `rangeMs` before `endMs`. */
export interface Asking {
  readonly url: string;
  readonly filling: Filling;
  readonly endMs: number;
  /** After which an answer is given up; a minute unless said otherwise. */
  readonly patienceMs?: number;
}

/** What came of a question: how long it took in milliseconds, how many series, and what is wrong with it. */
export interface Outcome {
  readonly ms: number;
  readonly series: number;
  readonly fault: string | undefined;
  /** What was asked, its variables filled. */
  readonly asked: string;
}

/** Asks one question. Never throws for what Prometheus says. */
export async function askPrometheus(question: Question, asking: Asking): Promise<Outcome> {
  const asked = interpolate(question.expr, asking.filling);
  const started = performance.now();
  const reply = await fetchReply(question, asked, asking);
  const ms = performance.now() - started;
  if (reply.status === 'error') return { ms, series: 0, fault: reply.error, asked };
  const { data } = reply;
  if (!('result' in data))
    return { ms, series: data.length, fault: data.length === 0 ? 'no values' : undefined, asked };
  return { ms, series: data.result.length, fault: judge(data.result), asked };
}

async function fetchReply({ kind, instant }: Question, asked: string, asking: Asking): Promise<Reply> {
  const { endMs, filling, url, patienceMs = 60_000 } = asking;
  const [start, end] = [String((endMs - filling.rangeMs) / 1_000), String(endMs / 1_000)];
  const signal = AbortSignal.timeout(patienceMs);
  if (kind === 'variable') {
    const read = readLabelValues(asked);
    if (read === undefined) return { status: 'error', error: 'is not of the form label_values(selector, label)' };
    const query = new URLSearchParams({ 'match[]': read.selector, start, end });
    return (await (
      await fetch(`${url}/api/v1/label/${read.label}/values?${query.toString()}`, { signal })
    ).json()) as Reply;
  }
  const step = String(filling.stepMs / 1_000);
  const body = new URLSearchParams(instant ? { query: asked, time: end } : { query: asked, start, end, step });
  const path = instant ? 'query' : 'query_range';
  return (await (await fetch(`${url}/api/v1/${path}`, { method: 'POST', body, signal })).json()) as Reply;
}

/** What is wrong with an answer; numbers that are none, or without end, are drawn as gaps or not at all. */
function judge(result: readonly Series[]): string | undefined {
  if (result.length === 0) return 'no data';
  for (const { metric, value, values = value === undefined ? [] : [value] } of result) {
    const numbers = values.map(([, text]) => text);
    if (numbers.some((text) => text.endsWith('Inf'))) return `infinite: ${JSON.stringify(metric)}`;
    if (numbers.every((text) => text === 'NaN')) return `not a number: ${JSON.stringify(metric)}`;
  }
  return undefined;
}

/** The variables of a board as it opens: everything where that may be chosen, else the text that stands there. */
export function openVariables(list: readonly VariableJson[]): Readonly<Record<string, VariableValue>> {
  return Object.fromEntries(
    list.map(({ name, type, allValue, includeAll, query }) => {
      if (includeAll === true) return [name, { raw: allValue ?? '.*' }];
      if (type === 'textbox' || type === 'datasource') return [name, typeof query === 'string' ? query : ''];
      throw new Error(`the variable ${name} has nothing to begin with: ${type}`);
    }),
  );
}
