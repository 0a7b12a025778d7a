/** Agents of the end-to-end tests: tokens of real pods, and heartbeats that are sent with them. */
import { createSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import type { HeartbeatReport } from '@rollcall/contract';
import type { ControlPlane } from '../control-plane/index.ts';

/** What came back: the document, and the headers that matter. */
export interface SendReply {
  readonly status: number;
  readonly document: { readonly detail?: string; readonly items?: readonly { readonly outcome: string }[] } & Readonly<
    Record<string, unknown>
  >;
  readonly retryAfter: string | undefined;
}

/** What a token is asked for; by default it is of the namespace `default` and bound to nothing. */
export interface TokenWish {
  readonly namespace?: string;
  readonly account: string;
  readonly audience?: string;
  readonly pod?: { readonly name: string; readonly uid: string };
}

/** A token as the kubelet asks for it (TokenRequest). */
export async function requestToken(
  plane: ControlPlane,
  { namespace = 'default', account, audience = 'rollcall', pod }: TokenWish,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const boundObjectRef = pod && { apiVersion: 'v1', kind: 'Pod', ...pod };
  const body = { spec: { expirationSeconds: 600, audiences: [audience], boundObjectRef } };
  return (await plane.request<{ status: { token: string } }>('POST', path, { body })).status.token;
}

/** The same token with other claims, signed by the cluster's own key. */
export async function resign(plane: ControlPlane, token: string, changes: object): Promise<string> {
  const [head = '', payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const signed = `${head}.${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')}`;
  const key = await readFile(join(dirname(plane.kubeconfigPath), 'sa.key'));
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** A heartbeat of now with what the case is about. */
export function heartbeat(node: string, sequence: number, changes: Partial<HeartbeatReport> = {}): object {
  return { node, bootId: 'boot-1', sequence, sentAt: new Date().toISOString(), ...changes };
}

/** What is sent beside the address: a body as it is, or items. */
export interface Sent {
  readonly path?: string;
  readonly token?: string;
  readonly items?: readonly unknown[];
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Posts reports, heartbeats unless the path says otherwise; any status is an answer. Rejects when none comes within 10 s. */
export function send(
  url: string,
  { path = '/api/v1/heartbeats', token, items, body = JSON.stringify({ items }), headers = {} }: Sent,
): Promise<SendReply> {
  const all = { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const options = { method: 'POST', headers: all, agent: false, signal: AbortSignal.timeout(10_000) };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, document: JSON.parse(text) as SendReply['document'], retryAfter: got['retry-after'] });
      });
    });
    // A server that refuses a body answers before it has read it.
    asked.on('error', reject).end(body);
  });
}
