/** Keeps what a Prometheus would have scraped, as OpenMetrics text with times, to be back-filled. */
import { COVERAGE_METRICS, type Metric } from '@rollcall/contract';

/** The scrapes of an hour. */
export interface ScrapeBook {
  /** Adds what one instance showed at a time; `apart` is one that is none of the replicas. */
  add(instance: string, text: string, at: { readonly wallMs: number; readonly apart: boolean }): void;
  /** Times at which a gauge was shown by two instances, with its name. */
  readonly twice: readonly string[];
  openMetrics(): string;
}

const KEPT: readonly Metric[] = [
  COVERAGE_METRICS.expected,
  COVERAGE_METRICS.covered,
  COVERAGE_METRICS.validSeconds,
  COVERAGE_METRICS.goodSeconds,
  COVERAGE_METRICS.unobservedSeconds,
  COVERAGE_METRICS.uncoveredSeconds,
];

/** An empty book. */
export function createScrapeBook(): ScrapeBook {
  const lines = new Map<string, string[]>(KEPT.map(({ name }) => [name, []]));
  const gauges = new Set(Object.values(COVERAGE_METRICS).flatMap(({ type, name }) => (type === 'gauge' ? [name] : [])));
  const shown = new Map<string, string>();
  const twice: string[] = [];
  return {
    add: (instance, text, { wallMs, apart }) => {
      for (const { name, labels, value } of parse(text)) {
        lines.get(name)?.push(`${name}{${labels},instance="${instance}"} ${value} ${wallMs / 1000}`);
        if (apart || !gauges.has(name)) continue;
        const key = `${name}{${labels}} at ${wallMs}`;
        const other = shown.get(key) ?? instance;
        if (other !== instance) twice.push(`${key} by ${other} and ${instance}`);
        shown.set(key, instance);
      }
    },
    twice,
    openMetrics: () => {
      const families = KEPT.map(({ name, type }) => {
        const family = type === 'counter' ? name.slice(0, -'_total'.length) : name;
        return [`# TYPE ${family} ${type}`, ...(lines.get(name) ?? [])].join('\n');
      });
      return `${families.join('\n')}\n# EOF\n`;
    },
  };
}

/** The samples that have labels, as all families of a policy do. */
function parse(text: string): readonly { readonly name: string; readonly labels: string; readonly value: string }[] {
  return [...text.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)].map(([, name = '', labels = '', value = '']) => ({
    name,
    labels,
    value,
  }));
}
