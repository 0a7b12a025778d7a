import { describe, expect, it } from 'vitest';
import { errorFromStatus, KubeError, toKubeError } from './kube-error.ts';

describe('the error for a status', () => {
  it.each([
    [400, 'Invalid'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [410, 'Gone'],
    [422, 'Invalid'],
    [429, 'TooManyRequests'],
    [500, 'Unavailable'],
    [504, 'Unavailable'],
    [302, 'Malformed'],
    [418, 'Malformed'],
  ])('%i is %s', (status, code) => {
    expect(errorFromStatus('GET /x', { status, body: undefined })).toMatchObject({
      code,
      status,
      message: `GET /x: the server answered ${status}`,
    });
  });

  it('keeps the words and the reason of the Status', () => {
    const body = { kind: 'Status', message: 'nodes is forbidden', reason: 'Forbidden' };
    expect(errorFromStatus('GET /x', { status: 403, body })).toMatchObject({
      message: 'GET /x: nodes is forbidden',
      reason: 'Forbidden',
    });
  });

  it('takes a resourceVersion from the future for gone, since waiting does not mend it', () => {
    const body = {
      message: 'Too large resource version',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    };
    expect(errorFromStatus('GET /x', { status: 504, body }).code).toBe('Gone');
  });

  it.each([
    ['the header', '7', undefined, 7000],
    ['the Status', undefined, { details: { retryAfterSeconds: 3 } }, 3000],
    ['neither', undefined, {}, undefined],
    ['a date, which is left alone', 'Fri, 20 Nov 2026 10:00:00 GMT', undefined, undefined],
    ['a negative number', undefined, { details: { retryAfterSeconds: -3 } }, undefined],
  ])('takes the wait from %s', (_, retryAfter, body, expected) => {
    expect(errorFromStatus('GET /x', { status: 429, body, retryAfter }).retryAfterMs).toBe(expected);
  });
});

describe('an unknown error', () => {
  it('stays what it is when it is a KubeError', () => {
    const error = new KubeError('Gone', 'gone');
    expect(toKubeError(error, 'GET /x')).toBe(error);
  });

  it.each([
    [
      Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }),
      /self-signed.*set certificate-authority/,
    ],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), /nothing listens there/],
    ['a string', /GET \/x: a string/],
  ])('becomes Network with cause and mend: %s', (thrown, message) => {
    expect(toKubeError(thrown, 'GET /x')).toMatchObject({
      code: 'Network',
      cause: thrown,
      message: expect.stringMatching(message),
    });
  });
});
