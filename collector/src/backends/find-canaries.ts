/** Finds canaries in a backend: lines in Loki, samples in Prometheus. */
import { CANARY_METRIC, parseCanary } from '@rollcall/contract';
import type { Backend } from './backend.ts';
import { BackendError } from './backend-error.ts';
import type { Canary } from './canary-track.ts';
import { readResult } from './read-vector.ts';

/** Where and what to look for; instants are Unix milliseconds. */
export interface CanarySearch {
  readonly selector: string | undefined;
  readonly fromMs: number;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Every canary that the backend has from that time on; some maybe twice. Rejects with a BackendError. */
export function findCanaries(backend: Backend, search: CanarySearch): Promise<readonly Canary[]> {
  return backend.config.type === 'loki' ? findLines(backend, search) : findSamples(backend, search);
}

/** How collectors of container logs name the container of deploy's manifest. */
const DEFAULT_STREAMS = '{container="rollcall-canary"}';
/** What Loki gives at once unless it is told otherwise. */
const LINES_AT_ONCE = 5_000;
const MOST_PAGES = 40;
/** The node's clock may be ahead of ours. */
const AHEAD_MS = 60_000;

async function findLines(
  backend: Backend,
  { selector, fromMs, nowMs, signal }: CanarySearch,
): Promise<readonly Canary[]> {
  const canaries: Canary[] = [];
  const end = nanoseconds(nowMs + AHEAD_MS);
  let start = nanoseconds(fromMs);
  for (let page = 0; page < MOST_PAGES; page++) {
    const parameters = {
      query: `${selector ?? DEFAULT_STREAMS} |= "rollcall-canary node="`,
      start: String(start),
      end: String(end),
      limit: String(LINES_AT_ONCE),
      direction: 'forward',
    };
    const lines = readLines(await backend.ask('/loki/api/v1/query_range', parameters, signal));
    for (const { line } of lines) {
      const canary = parseCanary(line);
      if (canary !== undefined) canaries.push(canary);
    }
    if (lines.length < LINES_AT_ONCE) return canaries;
    const last = lines.reduce((newest, { at }) => (at > newest ? at : newest), start);
    // Those of the same instant come again, unless they alone fill a page.
    start = last > start ? last : last + 1n;
  }
  throw new BackendError('TooLarge', `there are more than ${MOST_PAGES * LINES_AT_ONCE} lines of canaries to read`);
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n;
}

/** The lines of an answer of Loki. Throws a BackendError. */
export function readLines(answer: unknown): readonly { readonly at: bigint; readonly line: string }[] {
  return readResult(answer, 'streams').result.flatMap((stream) => {
    const { values } = Object(stream) as { readonly values?: unknown };
    if (!Array.isArray(values)) return [];
    return values.flatMap((entry: unknown) => {
      const [at, line] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      return typeof at === 'string' && /^\d{1,19}$/.test(at) && typeof line === 'string'
        ? [{ at: BigInt(at), line }]
        : [];
    });
  });
}

async function findSamples(backend: Backend, search: CanarySearch): Promise<readonly Canary[]> {
  const { selector, fromMs, nowMs, signal } = search;
  const seconds = Math.max(1, Math.ceil((nowMs - fromMs) / 1000));
  const query = `${CANARY_METRIC.name}${selector ?? ''}[${seconds}s]`;
  const time = (nowMs / 1000).toFixed(3);
  return readSamples(await backend.ask('/api/v1/query', { query, time }, signal));
}

/** The canaries among the samples of an answer of Prometheus, which carry their time and no number. Throws a BackendError. */
export function readSamples(answer: unknown): readonly Canary[] {
  return readResult(answer, 'matrix').result.flatMap((series) => {
    const { metric, values } = Object(series) as { readonly metric?: unknown; readonly values?: unknown };
    const { node, boot } = Object(metric) as { readonly node?: unknown; readonly boot?: unknown };
    if (typeof node !== 'string' || node === '' || typeof boot !== 'string' || !Array.isArray(values)) return [];
    const sent = values.map((entry: unknown) => Math.round(Number(Array.isArray(entry) ? entry[1] : NaN) * 1000));
    return [...new Set(sent)].flatMap((sentMs) =>
      Number.isSafeInteger(sentMs) && sentMs > 0 ? [{ node, boot, seq: undefined, sentMs }] : [],
    );
  });
}
