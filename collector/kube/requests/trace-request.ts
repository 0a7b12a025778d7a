/** Traces a single request to the API server, with its repetitions. */
import type { Connection } from '../connection/connection.ts';
import type { KubeRequest } from '../connection/sender.ts';
import { KubeError } from '../kube-error.ts';
import { serverAttributes } from './server-attributes.ts';

// Root with version, namespace, resource, name, and what comes behind: a subresource, a proxied path.
const OBJECT = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+(?=\/))?(\/[^/]+)(\/[^/]+)?(\/.*)?$/;

/** Answers what `send` does, which is to use the connection that it is given. */
export async function traceRequest<T>(
  connection: Connection,
  { method = 'GET', path: asked }: KubeRequest,
  send: (traced: Connection) => Promise<T>,
): Promise<T> {
  const path = asked.split('?')[0] ?? '';
  const span = connection.spans?.start('kubeRequest', {
    'http.request.method': method,
    'url.template': templateOf(path),
    'url.full': connection.server.replace(/\/$/, '') + path,
    ...serverAttributes(connection.server),
  });
  let sent = 0;
  const request: Connection['request'] = async (own) => {
    if (sent++ > 0) span?.set({ 'http.request.resend_count': sent - 1 });
    const response = await connection.request(own);
    span?.set({ 'http.response.status_code': response.status });
    return response;
  };
  try {
    const answer = await send({ ...connection, request });
    span?.end();
    return answer;
  } catch (thrown) {
    span?.end(thrown instanceof KubeError ? thrown.code : 'Error');
    throw thrown;
  }
}

function templateOf(path: string): string {
  const [, root, namespace, resource, name, rest = ''] = OBJECT.exec(path) ?? [];
  if (root === undefined) return path;
  return `${root}${namespace === undefined ? '' : '/namespaces/{namespace}'}${resource}${name === undefined ? '' : '/{name}'}${rest}`;
}
