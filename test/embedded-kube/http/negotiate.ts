/** Content negotiation: this server speaks JSON only. */
import { ApiFailure } from '../objects/api-failure.ts';

/** Throws 406 NotAcceptable unless the Accept header allows plain JSON; tables and metadata-only forms are not offered. */
export function requireJson(accept: string | undefined): void {
  const offers = (accept ?? '').split(',').map((offer) => offer.split(';').map((part) => part.trim().toLowerCase()));
  if ((accept ?? '').trim() === '' || offers.some(isPlainJson)) return;
  const message = 'only the following media types are accepted: application/json';
  throw new ApiFailure({ code: 406, reason: 'NotAcceptable', message });
}

function isPlainJson([type = '', ...parameters]: readonly string[]): boolean {
  const transforms = parameters.some((parameter) => /^(as|g|v)=/.test(parameter));
  return ['application/json', 'application/*', '*/*'].includes(type) && !transforms;
}

/** Throws 415 UnsupportedMediaType unless a body's Content-Type is JSON or not given. */
export function requireJsonBody(contentType: string | undefined): void {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/json') return;
  const message = 'the body of the request was in an unknown format - accepted media types include: application/json';
  throw new ApiFailure({ code: 415, reason: 'UnsupportedMediaType', message });
}
