/** Finds the peers behind the address of --journal-peer, and fetches their hours into the journal. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Logger } from 'pino';
import type { JournalPeerConfig } from '../config/journal-peer-flag.ts';
import { startFetching } from '../journal/fetch-hours.ts';
import { createCollectorClient } from './collector-client.ts';
import type { OpenJournal } from './open-journal.ts';
import type { Machine } from './system-clock.ts';

/** What peers are asked with. */
export interface PeerHost {
  readonly peer: JournalPeerConfig | undefined;
  readonly journal: OpenJournal;
  readonly log: Logger;
  readonly machine: Machine;
}

/** Begins; without a peer there is nothing to fetch. */
export function fetchFromPeers({ peer, journal, log, machine }: PeerHost): { stop(): void } {
  if (peer === undefined) return { stop: () => undefined };
  return startFetching({ peers: () => findPeers(peer), journal, log, ...machine });
}

/** One for each address of the host: a headless Service has those of all replicas. */
async function findPeers(peer: JournalPeerConfig): Promise<readonly ((path: string) => Promise<unknown>)[]> {
  const url = new URL(peer.url);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(name) === 0 ? await lookup(name, { all: true }) : [{ address: name }];
  return addresses.map(({ address }) => {
    const host = address.includes(':') ? `[${address}]` : address;
    const server = `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`;
    const client = createCollectorClient(server, {
      'tls-server-name': peer.tlsServerName ?? (isIP(name) === 0 ? name : undefined),
      'token-file': peer.tokenFile,
      'certificate-authority': peer.certificateAuthority,
    });
    return async (path) => {
      const answer = await client.get(path);
      if (answer === undefined) throw new Error(`${server} has no ${path.split('?')[0]}`);
      return answer;
    };
  });
}
