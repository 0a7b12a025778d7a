/** What the preview asks of a Prometheus. */
import type { Series } from './frame.ts';
import type { TimeRange } from './time.ts';

type Answer =
  | { readonly status: 'error'; readonly error: string }
  | { readonly status: 'success'; readonly data: { readonly resultType: string; readonly result: readonly Result[] } };

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** A Prometheus, asked over HTTP; all three throw with its own message when it refuses. */
export interface Prometheus {
  /** Series over a range, whose ends are aligned to the step as Grafana aligns them. */
  readonly askRange: (expr: string, range: TimeRange, stepMs: number) => Promise<readonly Series[]>;
  /** An instant vector, one point a series. */
  readonly askInstant: (expr: string, timeMs: number) => Promise<readonly Series[]>;
  /** The values of a label, of the series that match a selector if one is given. */
  readonly askLabelValues: (
    label: string,
    selector: string | undefined,
    range: TimeRange,
  ) => Promise<readonly string[]>;
}

/** Asks the server at `url` (without a path). */
export function reachPrometheus(url: string): Prometheus {
  return {
    askRange: async (expr, { from, to }, stepMs) => {
      const step = stepMs / 1000;
      const align = (ms: number): string => String(Math.floor(ms / stepMs) * step);
      return readSeries(
        await post(url, 'query_range', { query: expr, start: align(from), end: align(to), step: String(step) }),
      );
    },
    askInstant: async (expr, timeMs) =>
      readSeries(await post(url, 'query', { query: expr, time: String(timeMs / 1000) })),
    askLabelValues: async (label, selector, { from, to }) => {
      const search = new URLSearchParams({ start: String(from / 1000), end: String(to / 1000) });
      if (selector !== undefined) search.set('match[]', selector);
      const response = await fetch(`${url}/api/v1/label/${label}/values?${search.toString()}`, {
        signal: AbortSignal.timeout(30_000),
      });
      const answer = (await response.json()) as { readonly data?: readonly string[]; readonly error?: string };
      if (answer.data === undefined)
        throw new Error(`Prometheus refused the values of ${label}: ${answer.error ?? 'no answer'}`);
      return answer.data;
    },
  };
}

async function post(url: string, path: string, body: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(body),
    signal: AbortSignal.timeout(30_000),
  });
  return (await response.json()) as Answer;
}

function readSeries(answer: Answer): readonly Series[] {
  if (answer.status === 'error') throw new Error(`Prometheus says: ${answer.error}`);
  const { resultType, result } = answer.data;
  if (resultType === 'scalar') return [{ metric: {}, points: [result as unknown as [number, string]] }];
  return result.map(({ metric, value, values }) => ({
    metric,
    points: values ?? (value === undefined ? [] : [value]),
  }));
}
