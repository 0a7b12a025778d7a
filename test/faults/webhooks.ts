/** A server of admission webhooks, as the API server calls them: one that refuses all, one that never answers, one that is not there. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createAuthority } from '../control-plane/certificates.ts';
import { openWorkspace } from '../control-plane/index.ts';
import { findFreePorts } from '../control-plane/ports.ts';

/** Where the webhooks are, as `clientConfig` says it. */
export interface Webhooks {
  readonly refusing: object;
  readonly hanging: object;
  readonly absent: object;
  readonly close: () => Promise<void>;
}

/** Opens the server on a free port of 127.0.0.1. */
export async function openWebhooks(): Promise<Webhooks> {
  const workspace = await openWorkspace();
  const { caFile, issueServer } = await createAuthority(workspace.folder);
  const pair = await issueServer();
  const [cert, key, ca] = await Promise.all([pair.cert, pair.key, caFile].map((file) => readFile(file)));
  const server = createServer({ cert, key }, (incoming, response) => {
    if (incoming.url?.startsWith('/hanging')) return;
    void json(incoming).then((body) => {
      const { request } = body as { request: { uid: string } };
      const status = { code: 403, message: 'no daemon without a signature' };
      const answer = { uid: request.uid, allowed: false, status };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const caBundle = ca?.toString('base64');
  const { port } = server.address() as AddressInfo;
  const { nobody } = await findFreePorts(['nobody'] as const);
  const at = (path: string, on: number): object => ({ url: `https://127.0.0.1:${on}/${path}`, caBundle });
  return {
    refusing: at('refusing', port),
    hanging: at('hanging', port),
    absent: at('absent', nobody),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await workspace.close();
    },
  };
}
