/** Content negotiation: JSON for everything, protobuf for what is built in. */
import { ApiFailure } from '../objects/api-failure.ts';
import type { WireFormat } from '../objects/wire-object.ts';
import { PROTOBUF } from '../protobuf/frame.ts';

/** What every API server speaks. */
export const JSON_TYPE = 'application/json';

type Clause = readonly [type: string, ...parameters: string[]];

/**
 * The format of an answer: the first of the Accept header, by its weights, that there is; `protobuf` says whether that one is. Throws 406
 * NotAcceptable if there is none; tables and metadata-only forms are not offered.
 */
export function negotiate(accept: string | undefined, { protobuf }: { readonly protobuf: boolean }): WireFormat {
  if ((accept ?? '').trim() === '') return 'json';
  for (const clause of clausesOf(accept ?? '')) {
    if (isTransform(clause)) continue;
    if ([JSON_TYPE, 'application/*', '*/*'].includes(clause[0])) return 'json';
    if (protobuf && clause[0] === PROTOBUF) return 'protobuf';
  }
  throw notAcceptable([JSON_TYPE, ...(protobuf ? [PROTOBUF] : [])]);
}

/** 406 NotAcceptable with what there is instead. */
export function notAcceptable(offered: readonly string[]): ApiFailure {
  const message = `only the following media types are accepted: ${offered.join(', ')}`;
  return new ApiFailure({ code: 406, reason: 'NotAcceptable', message });
}

function clausesOf(accept: string): readonly Clause[] {
  const clauses = accept.split(',').map((clause): Clause => {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim().toLowerCase());
    return [type, ...parameters];
  });
  return clauses.toSorted((one, other) => weightOf(other) - weightOf(one));
}

function weightOf([, ...parameters]: Clause): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return weight === undefined ? 1 : Number(weight.slice(2));
}

function isTransform([, ...parameters]: Clause): boolean {
  return parameters.some((parameter) => /^(as|g|v)=/.test(parameter));
}

/** Throws 415 UnsupportedMediaType unless a body's Content-Type is JSON or not given. */
export function requireJsonBody(contentType: string | undefined): void {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/json') return;
  const message = 'the body of the request was in an unknown format - accepted media types include: application/json';
  throw new ApiFailure({ code: 415, reason: 'UnsupportedMediaType', message });
}
