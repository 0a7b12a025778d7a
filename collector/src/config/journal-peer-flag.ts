/** The flag --journal-peer: whom a replica asks for the hours that it has not seen. */

/** A peer as the flag names it; all addresses of its host are asked. */
export interface JournalPeerConfig {
  readonly url: string;
  readonly tokenFile: string | undefined;
  readonly certificateAuthority: string | undefined;
  /** The name in the peers' certificate, where that is not the one in the address. */
  readonly tlsServerName: string | undefined;
}

/** The peer, or every fault in the flag: value and mend in one line each. */
export interface JournalPeerFlag {
  readonly peer: JournalPeerConfig | undefined;
  readonly faults: readonly string[];
}

const FORM = 'URL[,token-file=FILE][,certificate-authority=FILE][,tls-server-name=NAME]';
const OPTIONS = ['token-file', 'certificate-authority', 'tls-server-name'];

/** Reads the value; '' for no peer. Never throws. */
export function parseJournalPeer(value: string | undefined, journal: string | undefined): JournalPeerFlag {
  if (value === undefined) return { peer: undefined, faults: [] };
  const [url = '', ...parts] = value.split(',');
  const fault = (what: string, mend: string): string => `--journal-peer: "${value}" ${what}; ${mend}`;
  const options = new Map(parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  const unknown = [...options.keys()].filter((name) => !OPTIONS.includes(name));
  const faults = [
    ...(journal === undefined ? [fault('has no journal to fetch for', 'add --journal PATH')] : []),
    ...(/^https?:$/.test(URL.parse(url)?.protocol ?? '') ? [] : [fault('is no address', `write ${FORM}`)]),
    ...unknown.map((name) => fault(`has "${name}"`, `write ${FORM}`)),
  ];
  const peer = {
    url: url.replace(/\/+$/, ''),
    tokenFile: options.get('token-file'),
    certificateAuthority: options.get('certificate-authority'),
    tlsServerName: options.get('tls-server-name'),
  };
  return { peer, faults };
}
