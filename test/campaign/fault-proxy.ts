/** Stands between collectors and the real API server, speaks plain HTTP to them, and does to their answers what a fault asks for. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PROTOBUF } from '@rollcall/embedded-kube';
import { openWorkspace } from '../control-plane/index.ts';
import { readAdminAccess } from '../e2e/admin-access.ts';
import { writeKubeconfig } from '../e2e/gate.ts';

/** What the proxy does with requests while a fault lasts. */
export type Mischief =
  | 'none'
  | 'refuse connections'
  | 'answer nothing'
  | 'mute watches'
  | 'repeat events'
  | 'delay'
  | 'truncate gzip'
  | 'JSON only'
  | 'refuse protobuf'
  | '410'
  | '410 event'
  | '429'
  | '503';

/** An open proxy; whoever opened it closes it. */
export interface FaultProxy {
  /** For whoever shall go through it, as the administrator. */
  readonly kubeconfig: string;
  /** From now on; answers that are under way go on, but for those that are held. */
  readonly set: (mischief: Mischief) => void;
  /** Cuts every connection inside what the server sends next on it, or after a second. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

interface Flow {
  readonly response: ServerResponse;
  readonly isWatch: boolean;
  /** What the collector accepts. */
  readonly accept: string;
  armed: boolean;
  held: boolean;
}

interface State {
  mischief: Mischief;
  readonly flows: Set<Flow>;
  readonly chance: () => number;
  readonly jsonOnly: boolean;
}

const ARMED_MS = 1_000;
const DELAY_MS = 1_500;

/**
 * Opens a proxy to the API server of a kubeconfig with a client certificate; `chance` in [0, 1) says where answers are cut, `jsonOnly`
 * whether it never asks for protobuf.
 */
export async function openFaultProxy(
  kubeconfigPath: string,
  { chance, jsonOnly }: Pick<State, 'chance' | 'jsonOnly'>,
): Promise<FaultProxy> {
  const workspace = await openWorkspace();
  const { server: target, tls } = await readAdminAccess(kubeconfigPath);
  const agent = new Agent({ ...tls, keepAlive: true });
  const state: State = { mischief: 'none', flows: new Set(), chance, jsonOnly };
  const server = createServer((incoming, response) => {
    if (state.mischief === 'refuse connections') return void incoming.socket.destroy();
    // It is held until the mischief ends, and broken then.
    const isWatch = incoming.url?.includes('watch=true') === true;
    const accept = incoming.headers.accept ?? '';
    const flow: Flow = { response, isWatch, accept, armed: false, held: state.mischief === 'answer nothing' };
    state.flows.add(flow);
    response.on('close', () => state.flows.delete(flow));
    if (flow.held || answerWrongly(state, flow)) return;
    forward({ state, flow, incoming, target, agent });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    kubeconfig: await writeKubeconfig(workspace.folder, url),
    set: (mischief) => setMischief(state, mischief),
    cut: () => {
      for (const flow of state.flows) {
        flow.armed = true;
        setTimeout(() => flow.response.destroy(), ARMED_MS).unref();
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await workspace.close();
    },
  };
}

function setMischief(state: State, mischief: Mischief): void {
  state.mischief = mischief;
  for (const flow of state.flows) {
    // What was lost does not come later: the other side learns of it when the line is whole again.
    if (flow.held && mischief !== 'answer nothing') flow.response.destroy();
    if (mischief === 'refuse connections') flow.response.destroy();
    if (mischief === 'answer nothing') flow.held = true;
    if (mischief === 'mute watches' && flow.isWatch) flow.held = true;
  }
}

const REFUSALS: Readonly<Partial<Record<Mischief, { readonly code: number; readonly reason: string }>>> = {
  'refuse protobuf': { code: 406, reason: 'NotAcceptable' },
  '410': { code: 410, reason: 'Expired' },
  '429': { code: 429, reason: 'TooManyRequests' },
  '503': { code: 503, reason: 'ServiceUnavailable' },
};

function answerWrongly({ mischief }: State, { response, isWatch, accept }: Flow): boolean {
  const json = { 'content-type': 'application/json' };
  if (mischief === 'truncate gzip') {
    const packed = gzipSync('{"type":"ADDED","object":{"metadata":{"uid":"nobody"}}}\n'.repeat(20));
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' });
    response.write(packed.subarray(0, packed.length >> 1), () => response.destroy());
    return true;
  }
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: `${mischief} by the campaign` };
  if (mischief === '410 event' && isWatch) {
    response.writeHead(200, json);
    response.end(`${JSON.stringify({ type: 'ERROR', object: { ...status, code: 410, reason: 'Expired' } })}\n`);
    return true;
  }
  const refusal = REFUSALS[mischief];
  if (refusal === undefined || (refusal.code === 406 && !accept.includes(PROTOBUF))) return false;
  response.writeHead(refusal.code, { ...json, ...(mischief === '429' && { 'retry-after': '1' }) });
  response.end(JSON.stringify({ ...status, ...refusal }));
  return true;
}

interface Forwarding {
  readonly state: State;
  readonly flow: Flow;
  readonly incoming: IncomingMessage;
  readonly target: URL;
  readonly agent: Agent;
}

function forward({ state, flow, incoming, target, agent }: Forwarding): void {
  const { response } = flow;
  const { method, url, headers } = incoming;
  const upstream = requestTls({
    agent,
    host: target.hostname,
    port: target.port,
    method,
    path: url,
    headers: { ...headers, host: target.host, accept: isJsonOnly(state) ? 'application/json' : flow.accept },
  });
  upstream.on('error', () => response.destroy());
  upstream.on('response', (answer) => {
    const isProtobuf = answer.headers['content-type']?.startsWith(PROTOBUF) === true;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    const lagMs = state.mischief === 'delay' ? state.chance() * DELAY_MS : 0;
    answer.on('data', (chunk: Buffer) => {
      if (lagMs === 0) relay(state, flow, { chunk, isProtobuf });
      else setTimeout(() => relay(state, flow, { chunk, isProtobuf }), lagMs);
    });
    answer.on('end', () => setTimeout(() => flow.held || response.end(), lagMs));
    answer.on('error', () => response.destroy());
  });
  response.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function isJsonOnly({ jsonOnly, mischief }: State): boolean {
  return jsonOnly || mischief === 'JSON only';
}

interface Piece {
  readonly chunk: Buffer;
  readonly isProtobuf: boolean;
}

function relay({ mischief, chance }: State, flow: Flow, { chunk, isProtobuf }: Piece): void {
  const { response, isWatch } = flow;
  if (mischief === 'mute watches' && isWatch) flow.held = true;
  if (flow.held || response.destroyed) return;
  if (flow.armed) {
    // What was let through arrives before the connection breaks.
    response.write(chunk.subarray(0, Math.floor(chunk.length * chance())), () => response.destroy());
    return;
  }
  response.write(chunk);
  const isWhole = isProtobuf ? holdsFrames : holdsLines;
  if (mischief === 'repeat events' && isWatch && isWhole(chunk)) response.write(chunk);
}

const NEWLINE = 0x0a;
const TYPE_FIELD = 0x0a;

// Only whole events can be repeated: nothing between two newlines is sent in part.
function holdsLines(chunk: Buffer): boolean {
  return chunk.at(-1) === NEWLINE && chunk.subarray(0, 8).toString() === '{"type":';
}

// Four bytes say how long each event is, and each begins with the field of its type.
function holdsFrames(chunk: Buffer): boolean {
  let at = 0;
  while (at + 4 < chunk.length && chunk[at + 4] === TYPE_FIELD) at += 4 + chunk.readUInt32BE(at);
  return at === chunk.length;
}
