/** The part of the synthetic API server that knows tokens: its keys, as it publishes them, and reviews of tokens that they signed. */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

const ISSUER = 'https://kubernetes.default.svc';
const KID = 'bench';

/** Whom a token is for. */
export interface TokenPod {
  readonly namespace: string;
  readonly account: string;
  readonly pod: { readonly name: string; readonly uid: string };
  readonly node: string;
}

/** A token as the kubelet projects it, good for an hour. */
export function signToken(key: KeyObject, { namespace, account, pod, node }: TokenPod): string {
  const now = Math.floor(Date.now() / 1000);
  const bound = {
    namespace,
    serviceaccount: { name: account, uid: `${namespace}-${account}` },
    pod,
    node: { name: node },
  };
  const claims = { iss: ISSUER, aud: ['rollcall'], iat: now, nbf: now, exp: now + 3_600, 'kubernetes.io': bound };
  const signed = [{ alg: 'ES256', kid: KID }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Answers what is asked about tokens; false for any other path. Reviews believe what is sent: the collector has checked the signature. */
export async function answerIssuer(key: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const document = await describe(key, request);
  if (document === undefined) return false;
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
  return true;
}

async function describe(key: string, request: IncomingMessage): Promise<object | undefined> {
  switch (request.url) {
    case '/.well-known/openid-configuration':
      return { issuer: ISSUER };
    case '/openid/v1/jwks':
      return { keys: [{ ...createPublicKey(key).export({ format: 'jwk' }), kid: KID, alg: 'ES256', use: 'sig' }] };
    case '/apis/authentication.k8s.io/v1/tokenreviews':
      return review(JSON.parse(await text(request)) as { readonly spec: { readonly token: string } });
    default:
      return undefined;
  }
}

interface Claims {
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string };
    readonly pod: { readonly uid: string };
    readonly node: { readonly name: string };
  };
}

function review({ spec }: { readonly spec: { readonly token: string } }): object {
  const claims = JSON.parse(Buffer.from(spec.token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  const username = `system:serviceaccount:${namespace}:${serviceaccount.name}`;
  const extra = {
    'authentication.kubernetes.io/pod-uid': [pod.uid],
    'authentication.kubernetes.io/node-name': [node.name],
  };
  return { status: { authenticated: true, audiences: ['rollcall'], user: { username, extra } } };
}
