/** Reads typed fields out of one mapping of a kubeconfig; what is wrong is named by file, field, value and mend. */
import { dirname, isAbsolute, join } from 'node:path';
import { KubeError } from '../kube-error.ts';

/** One mapping of a kubeconfig and where it stands, for messages: `users[admin].user` of `/home/me/.kube/config`. */
export interface Entry {
  readonly file: string;
  readonly field: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The `Config` error for one field of an entry. `said` never holds a secret. */
export function wrongField(entry: Entry, name: string, said: string): KubeError {
  return new KubeError('Config', `${entry.file}: ${entry.field}.${name} ${said}`);
}

/** A text field; empty counts as absent, as kubectl has it. */
export function readText(entry: Entry, name: string): string | undefined {
  const value = entry.values[name] ?? '';
  if (typeof value !== 'string') throw wrongField(entry, name, `is ${kindOf(value)}: write a text, in quotes`);
  return value === '' ? undefined : value;
}

/** A true/false field, false when absent. */
export function readFlag(entry: Entry, name: string): boolean {
  const value = entry.values[name] ?? false;
  if (typeof value !== 'boolean') throw wrongField(entry, name, `is ${kindOf(value)}: write true or false`);
  return value;
}

/** A list of texts, empty when absent. */
export function readTexts(entry: Entry, name: string): readonly string[] {
  const value = entry.values[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw wrongField(entry, name, `is ${kindOf(value)}: write a list of texts`);
}

/** A mapping inside the entry, undefined when absent. */
export function readEntry(entry: Entry, name: string): Entry | undefined {
  const value = entry.values[name] ?? undefined;
  if (value === undefined) return undefined;
  if (!isMapping(value)) throw wrongField(entry, name, `is ${kindOf(value)}: write a mapping`);
  return { file: entry.file, field: `${entry.field}.${name}`, values: value };
}

/** A path; a relative one is relative to the kubeconfig's directory, as kubectl has it. */
export function readPath(entry: Entry, name: string): string | undefined {
  const path = readText(entry, name);
  return path === undefined ? undefined : resolveBeside(entry, path);
}

/** `path` seen from the directory of the entry's file. */
export function resolveBeside(entry: Entry, path: string): string {
  return isAbsolute(path) ? path : join(dirname(entry.file), path);
}

/** Whether a value is a plain mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value of the wrong type is, without quoting it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
