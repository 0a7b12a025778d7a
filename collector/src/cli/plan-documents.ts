/** Reads manifests from YAML or JSON: several documents, Lists, in the dialect that kubectl reads. */
import { parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { isMisspeltKind } from './plan-known-fields.ts';
import { isFields, readList, readString, type Fields } from '../watch/read-field.ts';

/** One object of a file. `at` says where it stands: file, document, item, kind and name. */
export interface Manifest {
  readonly at: string;
  readonly fields: Fields;
}

/** The objects of the asked kind, or every fault that keeps them from being read. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly string[];
}

/** Finds the objects of `kind` (in `apiVersion`) in a file's text; other kinds are passed over, but none at all is a fault. */
export function readManifests(
  file: string,
  text: string,
  wanted: { readonly apiVersion: string; readonly kind: string },
): Manifests {
  const documents = parseDocuments(file, text);
  if (typeof documents === 'string') return { manifests: [], faults: [documents] };
  const objects = documents.flatMap((value, index) => unpack(value, `${file}, document ${index + 1}`));
  const faults = objects
    .filter(({ value }) => !isFields(value))
    .map(({ at, value }) => `${at}: is ${show(value)}, no object: write a manifest`);
  faults.push(...objects.flatMap((object) => findMisspeltKind(object, wanted.kind)));
  const found = objects.flatMap(({ at, value, kind }): Manifest[] => {
    if (!isFields(value)) return [];
    const fields = kind === undefined ? value : { apiVersion: wanted.apiVersion, kind, ...value };
    return fields['kind'] === wanted.kind ? [{ at: `${at} (${describe(fields)})`, fields }] : [];
  });
  const others = found.filter(({ fields }) => fields['apiVersion'] !== wanted.apiVersion);
  faults.push(
    ...others.map(
      ({ at, fields }) => `${at}: apiVersion is ${show(fields['apiVersion'])}: only ${wanted.apiVersion} is understood`,
    ),
  );
  if (found.length === 0 && faults.length === 0)
    faults.push(`${file}: holds no ${wanted.kind}: name a file with at least one`);
  return { manifests: found, faults };
}

/** A value as it would stand in JSON, short enough for a message. */
export function show(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

// Passed over as another kind it would be missing from the plan without a word.
function findMisspeltKind({ at, value }: Unpacked, wanted: string): readonly string[] {
  const kind = isFields(value) ? readString(value, 'kind') : '';
  return isMisspeltKind(kind, wanted) ? [`${at}: kind is ${show(kind)}: write ${wanted}`] : [];
}

interface Unpacked {
  readonly at: string;
  readonly value: unknown;
  /** The kind of a typed List's items, which need not name it themselves. */
  readonly kind?: string | undefined;
}

function unpack(value: unknown, at: string): readonly Unpacked[] {
  if (value === null || value === undefined) return [];
  if (!isFields(value)) return [{ at, value }];
  const kind = readString(value, 'kind');
  if (!kind.endsWith('List') || !Array.isArray(value['items'])) return [{ at, value }];
  const items = readList(value, 'items');
  return items.map((item, index) => ({
    at: `${at}, item ${index + 1}`,
    value: item,
    kind: kind.slice(0, -4) || undefined,
  }));
}

function describe(fields: Fields): string {
  const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
  const name = [readString(metadata, 'namespace'), readString(metadata, 'name')]
    .filter((part) => part !== '')
    .join('/');
  return [readString(fields, 'kind'), name].filter((part) => part !== '').join(' ');
}

function parseDocuments(file: string, text: string): readonly unknown[] | string {
  // Node lists of large clusters come as JSON, which the YAML parser would need minutes for.
  if (/^\s*[{[]/.test(text)) {
    try {
      return [JSON.parse(text)];
    } catch {
      // Flow style YAML begins alike.
    }
  }
  try {
    const documents = parseAllDocuments(text, { version: '1.1', customTags: likeKubectl, logLevel: 'error' });
    const broken = documents.findIndex(({ errors }) => errors.length > 0);
    const error = documents[broken]?.errors[0];
    if (error) return `${file}, document ${broken + 1}: is no valid YAML: ${error.message.trimEnd()}`;
    return documents.map((document) => document.toJS() as unknown);
  } catch (error) {
    return `${file}: is no valid YAML: ${(error as Error).message}`;
  }
}

// kubectl reads YAML 1.1, where a bare yes is a boolean, but without its dates and base-60 numbers.
function likeKubectl(tags: Tags): Tags {
  const isForeign = (tag: ScalarTag): boolean => tag.format === 'TIME' || tag.tag === 'tag:yaml.org,2002:timestamp';
  return tags.filter((tag) => typeof tag === 'string' || !isForeign(tag as ScalarTag));
}
