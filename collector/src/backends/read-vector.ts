/** Reads what Prometheus and Loki answer to an instant query: one value a node. */
import { BackendError } from './backend-error.ts';

/** One series of an answer: the node that it is of, its name (all its labels), its finite value. */
export interface NodeValue {
  readonly node: string;
  readonly series: string;
  readonly value: number;
}

/** An answer. `partial` says that the backend itself had not all of it: what is missing proves nothing. */
export interface Vector {
  readonly values: readonly NodeValue[];
  readonly partial: boolean;
  /** Series without the label that names the node. */
  readonly nameless: number;
}

/** Values that are no finite numbers (NaN, +Inf) say nothing and are left out. Throws a BackendError for anything but a vector. */
export function readVector(answer: unknown, nodeLabel: string): Vector {
  const { result, partial } = readResult(answer, 'vector');
  const values: NodeValue[] = [];
  let nameless = 0;
  for (const item of result) {
    const { metric, value } = Object(item) as { readonly metric?: unknown; readonly value?: unknown };
    const labels = Object(metric) as Readonly<Record<string, unknown>>;
    const node = Object.hasOwn(labels, nodeLabel) ? labels[nodeLabel] : undefined;
    if (typeof node !== 'string' || node === '') nameless++;
    else {
      const number = readNumber(Array.isArray(value) ? value[1] : undefined);
      if (number !== undefined) values.push({ node, series: nameSeries(labels), value: number });
    }
  }
  if (nameless > 0 && nameless === result.length)
    throw new BackendError('BadQuery', `none of ${nameless} series has the label "${nodeLabel}" that names the Node`);
  return { values, partial, nameless };
}

/** The list in an answer of that type. Throws a BackendError. */
export function readResult(
  answer: unknown,
  type: 'vector' | 'matrix' | 'streams',
): { readonly result: readonly unknown[]; readonly partial: boolean } {
  const { status, data, error, warnings } = Object(answer) as Readonly<Record<string, unknown>>;
  if (status !== 'success') {
    const words = typeof error === 'string' ? error.slice(0, 300) : 'the answer has no status "success"';
    throw new BackendError(status === 'error' ? 'BadQuery' : 'Malformed', words);
  }
  const { resultType, result } = Object(data) as Readonly<Record<string, unknown>>;
  if (resultType !== type && typeof resultType === 'string')
    throw new BackendError('BadQuery', `the query gives a ${resultType}, not a ${type}`);
  // Go's nil slice.
  if (result === null && resultType === type) return { result: [], partial: false };
  if (!Array.isArray(result)) throw new BackendError('Malformed', 'the answer has no list data.result');
  return { result, partial: Array.isArray(warnings) && warnings.length > 0 };
}

function readNumber(text: unknown): number | undefined {
  const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Backends give the labels in one order, but need not. */
function nameSeries(labels: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
