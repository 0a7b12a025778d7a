/** POST, PUT, PATCH and DELETE: from a request to the registry's verb and back. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, invalid, methodNotAllowed } from '../objects/api-failure.ts';
import { isJsonObject, readPath, readText, type Json } from '../objects/json.ts';
import { isKubeObject, type KubeObject } from '../objects/kube-object.ts';
import type { Place, Registry, Written } from '../objects/registry.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-type.ts';
import type { DeleteOptions } from '../objects/deletion.ts';
import type { WriteOptions } from '../objects/write-rules.ts';
import { patchKindOf } from '../patch/apply-patch.ts';
import { requireJsonBody } from './negotiate.ts';
import { readBody } from './read-body.ts';
import { sendJson } from './respond.ts';
import type { ResourcePath } from './route.ts';

/** One request to a resource. */
export type ResourceRequest = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: ResourcePath;
  readonly parameters: URLSearchParams;
};

/** Serves a request that writes; throws ApiFailure when it is refused. */
export async function serveWrite(registry: Registry, call: ResourceRequest): Promise<void> {
  if (call.parameters.get('dryRun')) throw badRequest('dryRun is not offered by the embedded server');
  const { name, namespace, type, subresource } = call.path;
  const { method } = call.request;
  if (name === undefined) {
    if (method !== 'POST' || (type.namespaced && namespace === undefined)) throw methodNotAllowed();
    return servePost(registry, call);
  }
  const place: Place = { type, name, namespace };
  if (method === 'PUT') return servePut(registry, call, place);
  if (method === 'PATCH') return servePatch(registry, call, place);
  if (method === 'DELETE' && subresource === undefined) return serveDelete(registry, call, place);
  throw methodNotAllowed();
}

async function servePost(registry: Registry, call: ResourceRequest): Promise<void> {
  requireJsonBody(call.request.headers['content-type']);
  const object = asObject(call.path, await readBody(call.request));
  answer(call, registry.create(call.path.type, object, writeOptions(call)));
}

async function servePut(registry: Registry, call: ResourceRequest, place: Place): Promise<void> {
  requireJsonBody(call.request.headers['content-type']);
  const object = asObject(call.path, await readBody(call.request));
  answer(call, registry.update(place, object, writeOptions(call)));
}

async function servePatch(registry: Registry, call: ResourceRequest, place: Place): Promise<void> {
  const kind = patchKindOf(call.request.headers['content-type'] ?? '', place.type);
  const body = await readBody(call.request);
  if (body === undefined) throw badRequest('error decoding patch: the body is empty');
  if (kind === 'apply') requireManager(call.parameters);
  answer(call, registry.patch(place, { kind, body }, writeOptions(call)));
}

async function serveDelete(registry: Registry, call: ResourceRequest, place: Place): Promise<void> {
  const body = await readBody(call.request);
  const { object, outcome } = registry.remove(place, deleteOptions(call.parameters, body));
  if (outcome !== 'removed' || place.type.returnsDeleted) return sendJson(call.response, 200, JSON.stringify(object));
  const { group, plural } = place.type;
  const details = { name: place.name, ...(group !== '' && { group }), kind: plural, uid: object.metadata.uid };
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  sendJson(call.response, 200, JSON.stringify(status));
}

function deleteOptions(parameters: URLSearchParams, body: Json | undefined): DeleteOptions {
  const inBody = readPath(body, ['gracePeriodSeconds']);
  const inQuery = parameters.get('gracePeriodSeconds');
  const given = inBody ?? (inQuery === null ? undefined : Number(inQuery));
  const preconditions = readPath(body, ['preconditions']);
  return {
    gracePeriodSeconds: typeof given === 'number' ? given : undefined,
    preconditions: isJsonObject(preconditions)
      ? (preconditions as NonNullable<DeleteOptions['preconditions']>)
      : undefined,
  };
}

/** The body as an object of the path's resource: kind, apiVersion and namespace are filled in or must agree. */
function asObject({ type, namespace }: ResourcePath, body: Json | undefined): KubeObject {
  const given: Json = isJsonObject(body) ? { metadata: {}, ...body } : (body ?? null);
  if (!isKubeObject(given)) throw badRequest('the body must be a JSON object with metadata, whose name is a string');
  const apiVersion = agree(readText(given, ['apiVersion']), apiVersionOf(type), type);
  const kind = agree(readText(given, ['kind']), type.kind, type);
  const { namespace: stated = '' } = given.metadata;
  if (namespace !== undefined && stated !== '' && stated !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return {
    ...given,
    apiVersion,
    kind,
    metadata: {
      ...given.metadata,
      name: readText(given.metadata, ['name']),
      ...(namespace !== undefined && { namespace }),
    },
  };
}

function agree(given: string, wanted: string, type: ResourceType): string {
  if (given === wanted || (given === '' && !type.custom)) return wanted;
  throw badRequest(
    `the API version or kind in the data (${given}) does not match the expected one (${apiVersionOf(type)} ${type.kind})`,
  );
}

function requireManager(parameters: URLSearchParams): void {
  if (parameters.get('fieldManager')) return;
  const message = 'Required value: is required for apply patch';
  const cause = { reason: 'FieldValueRequired', message, field: 'fieldManager' };
  throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [cause]);
}

function writeOptions({ request, response, parameters, path }: ResourceRequest): WriteOptions {
  const [agent = ''] = (request.headers['user-agent'] ?? '').split('/');
  const validation = parameters.get('fieldValidation');
  const warnings: string[] = [];
  return {
    manager: parameters.get('fieldManager') || agent || 'unknown',
    subresource: path.subresource,
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warn(text) {
      warnings.push(`299 - ${JSON.stringify(text)}`);
      response.setHeader('warning', warnings);
    },
  };
}

function answer({ response }: ResourceRequest, { object, outcome }: Written): void {
  sendJson(response, outcome === 'created' ? 201 : 200, JSON.stringify(object));
}
