/** What the conformance cases build on: namespaces of their own, secrets in them, short reads of answers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readList, readPath, readText, type Json, type JsonObject } from '../objects/json.ts';
import type { ApiAnswer, ApiUnderTest, ApiWatch, WatchEvent } from './api-under-test.ts';

/** One case: it throws (an AssertionError) when the server behaves differently. */
export type ConformanceCase = {
  readonly name: string;
  /** Needs CEL rules to be evaluated, which the embedded server does not do. */
  readonly cel?: true;
  /** Needs `compact` of the API under test. */
  readonly compact?: true;
  run(api: ApiUnderTest): Promise<void>;
};

/** A name that no other run uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** Sends a request that must succeed, and returns its body. */
export async function must(answer: Promise<ApiAnswer>, status = 200): Promise<Json> {
  const { status: found, body } = await answer;
  assert.equal(found, status, `unexpected answer: ${JSON.stringify(body).slice(0, 2000)}`);
  return body;
}

/** Asserts a refusal: HTTP code, and a Status body with that code and reason; returns the Status. */
export async function mustRefuse(answer: Promise<ApiAnswer>, code: number, reason: string): Promise<Json> {
  const status = await must(answer, code);
  assert.equal(readText(status, ['kind']), 'Status');
  assert.equal(readText(status, ['apiVersion']), 'v1');
  assert.equal(readText(status, ['status']), 'Failure');
  assert.equal(readText(status, ['reason']), reason, JSON.stringify(status));
  assert.equal(readPath(status, ['code']), code);
  return status;
}

/** The causes of a Status as `reason field`, sorted, each once (the real server names some twice). */
export function causesOf(status: Json): readonly string[] {
  const causes = readList(status, ['details', 'causes']);
  return [...new Set(causes.map((cause) => `${readText(cause, ['reason'])} ${readText(cause, ['field'])}`))].sort();
}

/** Runs in a fresh namespace; `path` is that of its secrets. */
export async function withSecrets(
  api: ApiUnderTest,
  run: (path: string, namespace: string) => Promise<void>,
): Promise<void> {
  const namespace = uniqueName('conformance');
  await must(api.request('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } }), 201);
  try {
    await run(`/api/v1/namespaces/${namespace}/secrets`, namespace);
  } finally {
    await api.request('DELETE', `/api/v1/namespaces/${namespace}`);
  }
}

/** A secret's manifest. */
export function secret(name: string, labels: Readonly<Record<string, string>> = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, data: { key: 'dmFsdWU=' } };
}

/** Creates secrets one after the other and returns them. */
export async function createSecrets(
  api: ApiUnderTest,
  path: string,
  bodies: readonly JsonObject[],
): Promise<readonly Json[]> {
  const made: Json[] = [];
  for (const body of bodies) made.push(await must(api.request('POST', path, { body }), 201));
  return made;
}

/** A merge patch. */
export function mergePatch(api: ApiUnderTest, path: string, body: JsonObject): Promise<ApiAnswer> {
  return api.request('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
}

/** metadata.name of an object. */
export function nameOf(object: Json | undefined): string {
  return readText(object, ['metadata', 'name']);
}

/** metadata.resourceVersion of an object or list. */
export function versionOf(object: Json | undefined): string {
  return readText(object, ['metadata', 'resourceVersion']);
}

/** The names of a list's items, in its order. */
export function namesOf(list: Json): readonly string[] {
  return readList(list, ['items']).map(nameOf);
}

/** The next events of a watch; fails when it ends before. Bookmarks are left out unless asked for. */
export async function take(
  watch: ApiWatch,
  count: number,
  { bookmarks = false }: { readonly bookmarks?: boolean } = {},
): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  while (events.length < count) {
    const { value, done } = await watch.next();
    assert.ok(done !== true, `the watch ended after ${JSON.stringify(events.map(describe))}`);
    if (bookmarks || value.type !== 'BOOKMARK') events.push(value);
  }
  return events;
}

/** `TYPE name` of an event. */
export function describe({ type, object }: WatchEvent): string {
  return type === 'BOOKMARK' || type === 'ERROR' ? type : `${type} ${nameOf(object)}`;
}

/** Runs with an open watch and closes it. */
export async function watching(
  api: ApiUnderTest,
  path: string,
  run: (watch: ApiWatch) => Promise<void>,
): Promise<void> {
  const watch = await api.watch(path);
  try {
    await run(watch);
  } finally {
    watch.close();
  }
}

/** A copy with other metadata. */
export function edit(object: Json, metadata: JsonObject): JsonObject {
  const known = object as JsonObject;
  return { ...known, metadata: { ...(known['metadata'] as JsonObject), ...metadata } };
}

/** Creates a pod that is bound to a node (which need not exist), and its namespace's service account. */
export async function createPod(
  api: ApiUnderTest,
  namespace: string,
  { name, nodeName }: { readonly name: string; readonly nodeName: string },
): Promise<Json> {
  const account = { metadata: { name: 'default' } };
  await api.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { body: account });
  const containers = [{ name: 'main', image: 'example.invalid/none' }];
  const spec = { containers, nodeName, automountServiceAccountToken: false };
  return must(api.request('POST', `/api/v1/namespaces/${namespace}/pods`, { body: { metadata: { name }, spec } }), 201);
}
