import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ALERTS,
  COLLECTOR_METRICS,
  COVERAGE_METRICS,
  FINDINGS,
  REASONS,
  runbookOf,
  type Alert,
  type AlertName,
  type FindingCode,
  type Metric,
  type ReasonCode,
} from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { findFault } from './test-links.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(import.meta.dirname, 'runbooks');
type Code = ReasonCode | FindingCode | AlertName;
/** Two alerts are about a code of their own name, and share its page. */
const CODES: readonly Code[] = [
  ...new Set<Code>([...(Object.keys(REASONS) as ReasonCode[]), ...FINDINGS, ...(Object.keys(ALERTS) as AlertName[])]),
];
const SECTIONS = ['Meaning', 'What users lose', 'Confirm', 'Mend', 'Prevent', 'How it was reproduced here'];
/** Lines that fit on a screen. */
const LONGEST = 50;
const FINDING = 'A finding, never the reason itself.';

interface RunbookPage {
  readonly title: string;
  /** The line below the title. */
  readonly head: string;
  readonly sections: readonly (readonly [title: string, text: string])[];
  readonly text: string;
}

function readPage(path: string): RunbookPage {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const [top = '', ...parts] = text.split(/^## /m);
  const [, title = '', head = ''] = /^# (.*)\n\n(.*)\n/.exec(top) ?? [];
  const sections = parts.map((part) => {
    const [name = '', ...lines] = part.split('\n');
    return [name, lines.join('\n').trim()] as const;
  });
  return { title, head, sections, text };
}

function headOf(code: Code): string {
  if (!Object.hasOwn(REASONS, code)) {
    if (!Object.hasOwn(ALERTS, code)) return FINDING;
    const { severity, priority, owner: who }: Alert = ALERTS[code as AlertName];
    return `Alert: ${severity}, ${priority}.${who === undefined ? '' : ` Owner: ${who}.`}`;
  }
  const { owner, mode } = REASONS[code as ReasonCode];
  return `Owner: ${owner}. Mode: ${mode}.`;
}

const METRICS: ReadonlyMap<string, Metric> = new Map(
  [COVERAGE_METRICS, COLLECTOR_METRICS].flatMap((all: Readonly<Record<string, Metric>>) =>
    Object.values(all).map((metric) => [metric.name, metric] as const),
  ),
);

function findMetricFault([, name = '', label]: RegExpMatchArray): readonly string[] {
  const metric = METRICS.get(name);
  if (metric === undefined) return [`${name}: there is no such metric`];
  return label === undefined || metric.labels.includes(label) ? [] : [`${name} has no label ${label}`];
}

test('every code has a page, and every page a code', () => {
  const names = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  expect(names.toSorted()).toEqual(CODES.map((code) => `${code}.md`).toSorted());
});

describe.each(CODES)('the page of %s', (code) => {
  const page = readPage(runbookOf(code));

  test('has the title, owner and mode of the contract', () => {
    expect(page.title).toBe(code);
    expect(page.head.startsWith(`${headOf(code)} `)).toBe(true);
  });

  test('has every section, none of them empty, and can be read at night', () => {
    expect(page.sections.map(([title]) => title)).toEqual(SECTIONS);
    for (const [title, text] of page.sections) expect(text, title).toMatch(/\w{3}/);
    expect(page.sections.find(([title]) => title === 'Confirm')?.[1]).toMatch(/^(kubectl|rollcall) /m);
    expect(page.text.split('\n').length).toBeLessThanOrEqual(LONGEST);
  });

  test('has links that lead somewhere', () => {
    const links = [...page.text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const faults = links
      .map((link) => findFault(join(FOLDER, `${code}.md`), link))
      .filter((fault) => fault !== undefined);
    expect(links.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  test('names metrics and labels that there are', () => {
    expect([...page.text.matchAll(/\b(rollcall_\w+)(?:\{(\w+)(?:="[^"]*")?\})?/g)].flatMap(findMetricFault)).toEqual(
      [],
    );
  });

  test('sets no variable that the README does not explain', () => {
    const known = new Set([
      'NODE',
      'NAMESPACE',
      'DAEMONSET',
      'POD',
      ...[...page.text.matchAll(/^(\w+)=\$\(/gm)].map(([, name]) => name),
    ]);
    const used = [...page.text.matchAll(/\$\{?([A-Z]\w*)/g)].map(([, name]) => name);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

test('no two pages say the same', () => {
  const told = CODES.flatMap((code) =>
    readPage(runbookOf(code)).sections.filter(([title]) => title !== SECTIONS.at(-1)),
  );
  const texts = told.map(([, text]) => text);
  expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
});

test('the README explains every variable and links the list of reasons', () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  for (const name of ['NODE', 'NAMESPACE', 'DAEMONSET', 'POD']) expect(readme).toMatch(new RegExp(`\\b${name}=`));
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  expect(
    links.map((link) => findFault(join(FOLDER, 'README.md'), link)).filter((fault) => fault !== undefined),
  ).toEqual([]);
});
