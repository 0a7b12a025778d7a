/** A thin client for what the tests themselves do to the API server; deliberately not the one under test. */
import { Agent } from 'node:https';
import { exchange } from './exchange.ts';
import { readKubeconfig, type Credential } from './kubeconfig.ts';

/** The body of a request, sent as JSON, its content type (default: JSON, for PATCH a merge patch), and what is accepted. */
interface Sent {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

/** One identity's requests to one API server. */
export interface Client {
  /**
   * Sends one request and returns the parsed answer; the type parameter is the caller's claim about it, unchecked.
   * Throws ApiError with the server's own message for any status of 400 or above.
   */
  readonly request: <T = unknown>(method: string, path: string, sent?: Sent) => Promise<T>;
  /** Closes the kept connections. */
  readonly close: () => void;
}

/** The server's refusal: the HTTP status and the message of its `Status` answer. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Connects as whoever the kubeconfig names (one that this folder's launcher wrote). */
export async function connect(kubeconfigPath: string): Promise<Client> {
  const { server, ca, credential } = await readKubeconfig(kubeconfigPath);
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(ca, 'base64'), ...agentCredential(credential) });
  return {
    request: async <T>(method: string, path: string, sent: Sent = {}) => {
      const headers = { ...bodyHeaders(method, sent), ...tokenHeader(credential) };
      const signal = AbortSignal.timeout(60_000);
      const answer = await exchange(new URL(path, server), { method, headers, agent, signal }, sent.body);
      if (answer.status >= 400)
        throw new ApiError(answer.status, `${method} ${path}: ${answer.status} ${readMessage(answer.body)}`);
      return JSON.parse(answer.body) as T;
    },
    close: () => agent.destroy(),
  };
}

function agentCredential(credential: Credential): { cert?: Buffer; key?: Buffer } {
  if ('token' in credential) return {};
  const cert = Buffer.from(credential['client-certificate-data'], 'base64');
  return { cert, key: Buffer.from(credential['client-key-data'], 'base64') };
}

function tokenHeader(credential: Credential): Record<string, string> {
  return 'token' in credential ? { authorization: `Bearer ${credential.token}` } : {};
}

function bodyHeaders(method: string, { body, contentType, accept }: Sent): Record<string, string> {
  const wanted = accept === undefined ? {} : { accept };
  if (body === undefined) return wanted;
  const usual = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return { ...wanted, 'content-type': contentType ?? usual };
}

function readMessage(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: string };
    return message ?? body;
  } catch {
    return body;
  }
}
