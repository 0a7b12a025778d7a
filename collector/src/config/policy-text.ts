/** Reads policies out of texts in YAML or JSON: several documents, Lists, and what is wrong with each. */
import {
  faultAt,
  findNearest,
  formatFault,
  POLICY_KIND,
  valueAt,
  WINDOW_KIND,
  type Policy,
  type PolicyFault,
} from '@rollcall/contract';
import { parseAllDocuments, type Document } from 'yaml';
import { resolvePolicy, type PolicyContext } from './policy-document.ts';
import { NO_HEADING, readHeading, type PolicyHeading } from './policy-heading.ts';
import { resolveWindow, type PlannedWindow } from './window-document.ts';

/** The text of a file, or why there is none. */
export type PolicyText =
  { readonly file: string; readonly text: string } | { readonly file: string; readonly fault: PolicyFault };

/** A policy of a file. `document` counts from 1, over the items of Lists too; 0 is the file as a whole. */
export interface PolicyInFile {
  readonly file: string;
  readonly document: number;
  readonly policy: Policy;
}

/** A maintenance window of a file. */
export interface WindowInFile {
  readonly file: string;
  readonly document: number;
  readonly window: PlannedWindow;
}

/** A document of a file that is no valid policy or window, with its heading as far as it can be read. */
export interface PolicyRejection extends PolicyHeading {
  readonly file: string;
  readonly document: number;
  /** True for a maintenance window. */
  readonly isWindow: boolean;
  readonly faults: readonly PolicyFault[];
}

/** All that was read from a set of files. */
export interface PolicyReading {
  readonly accepted: readonly PolicyInFile[];
  readonly windows: readonly WindowInFile[];
  readonly rejected: readonly PolicyRejection[];
}

/** Its faults, a line each, with the file and the number of the document in it. */
export function sayFaults({ file, document, faults }: Pick<PolicyRejection, 'file' | 'document' | 'faults'>): string[] {
  const place = document === 0 ? file : `${file} (document ${document})`;
  return faults.map((fault) => `${place}: ${formatFault(fault)}`);
}

/** Reads the policies of all texts; never throws. A name that two documents give themselves is a fault of both. */
export function readPolicyTexts(texts: readonly PolicyText[], context: PolicyContext): PolicyReading {
  const documents = texts.flatMap((text) => readText(text, context));
  const named = Map.groupBy(documents, nameOf);
  const read = documents.map(({ policy, window, ...rejection }) => {
    const twins = rejection.name === '' ? [] : (named.get(nameOf(rejection)) ?? []);
    const faults = [...rejection.faults, ...findTwins(rejection, twins)];
    return { policy, window, rejection: { ...rejection, faults } };
  });
  const good = read.filter(({ rejection }) => rejection.faults.length === 0);
  return {
    accepted: good.flatMap(({ policy, rejection: { file, document } }) => (policy ? [{ file, document, policy }] : [])),
    windows: good.flatMap(({ window, rejection: { file, document } }) => (window ? [{ file, document, window }] : [])),
    rejected: read.flatMap(({ rejection }) => (rejection.faults.length > 0 ? [rejection] : [])),
  };
}

interface ReadDocument extends PolicyRejection {
  readonly policy?: Policy;
  readonly window?: PlannedWindow;
}

function nameOf({ isWindow, namespace, name }: PolicyRejection): string {
  return `${isWindow ? WINDOW_KIND : POLICY_KIND} ${namespace}/${name}`;
}

function findTwins(own: PolicyRejection, group: readonly PolicyRejection[]): readonly PolicyFault[] {
  const twin = group.find(({ file, document }) => file !== own.file || document !== own.document);
  if (twin === undefined) return [];
  return [
    {
      field: 'metadata.name',
      value: JSON.stringify(own.name),
      message: `is also the name of the ${own.isWindow ? 'maintenance window' : 'policy'} in ${twin.file} (document ${twin.document})`,
      mend: 'rename or remove one of them',
    },
  ];
}

function readText(source: PolicyText, context: PolicyContext): readonly ReadDocument[] {
  const { file } = source;
  if ('fault' in source) return [{ file, document: 0, ...NOBODY, faults: [source.fault] }];
  const documents = parseText(source.text);
  if (documents.length > 0)
    return documents.map((parsed, index) => readDocument({ file, document: index + 1 }, parsed, context));
  const empty = { message: 'holds no policy', mend: `write a ${POLICY_KIND}, or remove the file` };
  return [{ file, document: 0, ...NOBODY, faults: [faultAt(undefined, [], empty)] }];
}

type Parsed = { readonly value: unknown } | { readonly fault: PolicyFault };

function readDocument(
  place: { readonly file: string; readonly document: number },
  parsed: Parsed,
  context: PolicyContext,
): ReadDocument {
  if ('fault' in parsed) return { ...place, ...NOBODY, faults: [parsed.fault] };
  const named = { ...place, ...headingOf(parsed.value) };
  if (named.isWindow) {
    const resolved = resolveWindow(parsed.value, context);
    return resolved.ok ? { ...named, faults: [], window: resolved.window } : { ...named, faults: resolved.faults };
  }
  const resolved = resolvePolicy({ document: parsed.value, origin: 'File', createdAtFallback: 0, ...context });
  return resolved.ok ? { ...named, faults: [], policy: resolved.policy } : { ...named, faults: resolved.faults };
}

type Heading = PolicyHeading & Pick<PolicyRejection, 'isWindow'>;

const NOBODY: Heading = { ...NO_HEADING, isWindow: false };

/** Without a whole name, or of another kind, a document is nobody. */
function headingOf(document: unknown): Heading {
  const heading = readHeading(document);
  const kind = valueAt(document, ['kind']);
  // A misspelt one is judged as what it was meant to be.
  const isWindow = findNearest(String(kind), [POLICY_KIND, WINDOW_KIND]) === WINDOW_KIND;
  const isNamed = heading.namespace !== '' && heading.name !== '' && (isWindow || kind === POLICY_KIND);
  return { ...(isNamed ? heading : NO_HEADING), ...(isWindow && { target: NO_HEADING.target }), isWindow };
}

function parseText(text: string): readonly Parsed[] {
  try {
    // JSON is read as the YAML that it is, so that a field given twice is an error there too.
    return [...parseAllDocuments(text)].flatMap(parseDocument);
  } catch (error) {
    return [{ fault: unreadable(error) }];
  }
}

function parseDocument(document: Document.Parsed): readonly Parsed[] {
  const [error] = document.errors;
  if (error !== undefined) return [{ fault: unreadable(error) }];
  try {
    const value: unknown = document.toJS();
    return value === null ? [] : listItems(value).map((item) => ({ value: item }));
  } catch (failure) {
    return [{ fault: unreadable(failure) }];
  }
}

function listItems(value: unknown): readonly unknown[] {
  const kind = valueAt(value, ['kind']);
  const items = valueAt(value, ['items']);
  return (kind === 'List' || kind === `${POLICY_KIND}List` || kind === `${WINDOW_KIND}List`) && Array.isArray(items)
    ? items
    : [value];
}

function unreadable(error: unknown): PolicyFault {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return faultAt(undefined, [], {
    message: `is not YAML or JSON: ${line.replace(/[:.]$/, '')}`,
    mend: 'correct the syntax there',
  });
}
