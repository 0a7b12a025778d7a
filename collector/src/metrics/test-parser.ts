/** A strict reader of both exposition formats, for tests: whatever Prometheus might stumble over is an error here. */
import type { Format } from './sample-text.ts';

/** One sample as it was written. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
}

/** One family with its samples in order. */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly ParsedSample[];
}

const SUFFIXES: Readonly<Record<Format, Readonly<Record<string, readonly string[]>>>> = {
  text: { gauge: [''], counter: [''], histogram: ['_bucket', '_sum', '_count'] },
  openmetrics: { gauge: [''], counter: ['_total', '_created'], histogram: ['_bucket', '_sum', '_count', '_created'] },
};
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|\})/;

function parseLabels(text: string, line: string): { labels: Record<string, string>; rest: string } {
  const labels: Record<string, string> = Object.create(null);
  if (!text.startsWith('{')) return { labels, rest: text };
  let rest = text.slice(1);
  for (;;) {
    const match = LABEL.exec(rest);
    const [whole, name, value, end] = match ?? [];
    if (whole === undefined || name === undefined || value === undefined) throw new Error(`bad labels: ${line}`);
    if (name in labels) throw new Error(`label ${name} twice: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
    if (end === '}') return { labels, rest };
  }
}

function parseSample(line: string): ParsedSample {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw new Error(`no metric name: ${line}`);
  const { labels, rest } = parseLabels(line.slice(name.length), line);
  const value = /^ (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(rest)?.[1];
  if (value === undefined) throw new Error(`bad value: ${line}`);
  return { name, labels, value };
}

function parseHeading(help: string, type: string | undefined): { name: string; type: string } {
  const named = /^# HELP (\S+) \S.*$/.exec(help)?.[1];
  const typed = /^# TYPE (\S+) (gauge|counter|histogram)$/.exec(type ?? '');
  if (named === undefined || typed?.[1] !== named || typed[2] === undefined) throw new Error(`bad heading: ${help}`);
  return { name: named, type: typed[2] };
}

function takeBody(text: string, format: Format): string[] {
  const end = format === 'openmetrics' ? '# EOF\n' : '';
  if (!text.endsWith(`\n${end}`)) throw new Error(`the text does not end as ${format} must`);
  return text.slice(0, text.length - end.length - 1).split('\n');
}

type OpenFamily = ParsedFamily & { readonly samples: ParsedSample[] };

function addSample(family: OpenFamily | undefined, sample: ParsedSample, format: Format): void {
  const suffixes = SUFFIXES[format][family?.type ?? ''] ?? [];
  if (!suffixes.some((suffix) => sample.name === `${family?.name}${suffix}`)) {
    throw new Error(`sample outside its family: ${sample.name}`);
  }
  family?.samples.push(sample);
}

function checkOnce(seen: Set<string>, key: string): void {
  if (seen.has(key)) throw new Error(`twice: ${key}`);
  seen.add(key);
}

/** The families of a whole exposition; throws with the line on any fault, a repeated series or family included. */
export function parseExposition(text: string, format: Format): readonly ParsedFamily[] {
  const lines = takeBody(text, format);
  const families: OpenFamily[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('#')) {
      const heading = parseHeading(line, lines[++i]);
      checkOnce(seen, heading.name);
      families.push({ ...heading, samples: [] });
    } else {
      const sample = parseSample(line);
      checkOnce(seen, `${sample.name} ${JSON.stringify(sample.labels)}`);
      addSample(families.at(-1), sample, format);
    }
  }
  return families;
}
