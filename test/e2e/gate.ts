/** Stands between a collector and the API server, speaks TLS for it, and cuts its connections in the middle of an object. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { stringify } from 'yaml';
import { openWorkspace } from '../control-plane/index.ts';
import { readAdminAccess } from './admin-access.ts';

/** An open gate; the test that opened it closes it. */
export interface Gate {
  /** A kubeconfig for whoever shall go through it: plain HTTP, as the identity that the gate was opened with. */
  readonly kubeconfig: string;
  /** Cuts every connection of the moment inside the next bytes that the server sends on it. */
  readonly cut: () => void;
  /** How many were cut so far, and how many of them behind the middle of a line, which is: of an object. */
  readonly cuts: () => { readonly all: number; readonly insideLine: number };
  /** Ends every connection and refuses new ones, until `unblock`. */
  readonly block: () => void;
  readonly unblock: () => void;
  readonly close: () => Promise<void>;
}

/** Who goes through, and how: `chance` in [0, 1) says where a chunk is cut. */
interface GateOptions {
  readonly kubeconfigPath: string;
  readonly chance: () => number;
}

/** Opens a gate to the API server of a kubeconfig with a client certificate. */
export async function openGate({ kubeconfigPath, chance }: GateOptions): Promise<Gate> {
  const workspace = await openWorkspace();
  const { server: target, tls } = await readAdminAccess(kubeconfigPath);
  const links = new Set<Link>();
  const cuts = { all: 0, insideLine: 0 };
  const cut = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, Math.floor(chunk.length * chance()));
    cuts.all++;
    if (part.length > 0 && part.at(-1) !== NEWLINE) cuts.insideLine++;
    return part;
  };
  let blocked = false;
  const server = createServer((client) => {
    if (blocked) return void client.destroy();
    const upstream = connectTls({ ...tls, host: target.hostname, port: Number(target.port) });
    const link: Link = { client, upstream, armed: false };
    links.add(link);
    client.once('close', () => links.delete(link));
    relay(link, cut);
  });
  const kubeconfig = await writeKubeconfig(workspace.folder, await listen(server));
  const block = (): void => {
    blocked = true;
    for (const link of links) end(link);
  };
  return {
    kubeconfig,
    cut: () => links.forEach(arm),
    cuts: () => ({ ...cuts }),
    block,
    unblock: () => {
      blocked = false;
    },
    close: async () => {
      block();
      server.close();
      await workspace.close();
    },
  };
}

const NEWLINE = 0x0a;

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Link {
  readonly client: Socket;
  readonly upstream: TLSSocket;
  armed: boolean;
}

function relay(link: Link, cut: (chunk: Buffer) => Buffer): void {
  const { client, upstream } = link;
  client.on('data', (chunk) => upstream.write(chunk));
  upstream.on('data', (chunk: Buffer) => {
    if (!link.armed) return void client.write(chunk);
    // Destroyed only once it is flushed: what was let through must arrive.
    client.write(cut(chunk), () => end(link));
    upstream.pause();
  });
  for (const socket of [client, upstream]) {
    socket.on('error', () => end(link));
    socket.on('close', () => end(link));
  }
}

function arm(link: Link): void {
  link.armed = true;
}

function end({ client, upstream }: Link): void {
  client.destroy();
  upstream.destroy();
}

/** Writes a kubeconfig for plain HTTP to that server into the folder; returns its path. */
export async function writeKubeconfig(folder: string, server: string): Promise<string> {
  const path = join(folder, 'gate.kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gate', cluster: { server } }],
    contexts: [{ name: 'gate', context: { cluster: 'gate' } }],
    'current-context': 'gate',
  };
  await writeFile(path, stringify(config));
  return path;
}
