/** A real Loki in one process, and a forwarder that brings it the lines of files, as Promtail does. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startHealthy } from '../control-plane/health.ts';
import { ensureLoki } from '../control-plane/peer.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import type { Workspace } from '../control-plane/workspace.ts';

/** Starts Loki in a workspace, built first if it was not, and answers its URL when it is ready. */
export async function startLoki(workspace: Workspace): Promise<string> {
  const path = await ensureLoki();
  const { http, grpc } = await findFreePorts(['http', 'grpc']);
  const folder = join(workspace.folder, 'loki');
  const config = join(workspace.folder, 'loki.yaml');
  await writeFile(config, stringify(describeLoki(folder, { http, grpc })));
  const program = { name: 'loki', path, args: [`-config.file=${config}`] };
  await startHealthy(workspace, program, { url: `http://127.0.0.1:${http}/ready` });
  return `http://127.0.0.1:${http}`;
}

function describeLoki(folder: string, { http, grpc }: { readonly http: number; readonly grpc: number }): object {
  const local = '127.0.0.1';
  return {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_address: local,
      http_listen_port: http,
      grpc_listen_address: local,
      grpc_listen_port: grpc,
      log_level: 'warn',
    },
    common: {
      instance_addr: local,
      path_prefix: folder,
      storage: { filesystem: { chunks_directory: join(folder, 'chunks'), rules_directory: join(folder, 'rules') } },
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
    },
    // Ready at once: no others join the ring.
    ingester: { lifecycler: { min_ready_duration: '0s', final_sleep: '0s' } },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
  };
}

/** Pushes each new line of a file by itself, dated by when it was read; the returned function ends it. */
export function forwardLines(path: string, url: string, labels: Readonly<Record<string, string>>): () => Promise<void> {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    let read = 0;
    while (!end.signal.aborted) {
      const text = await readFile(path, 'utf8').catch(() => '');
      const whole = text.slice(read, text.lastIndexOf('\n') + 1);
      read += whole.length;
      for (const line of whole.split('\n').filter((own) => own !== '')) {
        const values = [[`${Date.now()}000000`, line]];
        const body = JSON.stringify({ streams: [{ stream: labels, values }] });
        const headers = { 'Content-Type': 'application/json' };
        const response = await fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers, body });
        if (!response.ok) throw new Error(`the line was refused: ${response.status} ${await response.text()}`);
      }
      await sleep(100, undefined, { signal: end.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return () => {
    end.abort();
    return running;
  };
}
