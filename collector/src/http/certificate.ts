/** The server's certificate and key: read from files, and read again when they change, without a restart. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { HttpLog } from './answers.ts';

/** Where the pair lies, PEM; the certificate's file may hold the chain behind it. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** How often the files are looked at; 5 s if absent: kubelet takes a minute to bring a changed Secret. */
  readonly pollMs?: number | undefined;
}

/** A pair that fits together. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  readonly notAfterMs: number;
  /** For the log: who it is for and until when. */
  readonly words: { readonly names: string; readonly notAfter: string };
}

const POLL_MS = 5_000;
const DAY_MS = 86_400_000;
/** Long enough before its end that somebody can still see to it. */
const WARN_DAYS = 7;

/** Reads the pair. Rejects with the file, the fault and the mend. */
export async function readPair({ certFile, keyFile }: TlsFiles): Promise<CertificatePair> {
  const [cert, key] = await Promise.all([readText(certFile), readText(keyFile)]);
  const certificate = parse(certFile, () => new X509Certificate(cert), 'write a PEM certificate there');
  const secret = parse(keyFile, () => createPrivateKey(key), 'write a PEM private key without a passphrase there');
  if (!certificate.checkPrivateKey(secret)) {
    throw new Error(
      `${keyFile} is not the key of ${certFile}; write the key there with which the certificate was made`,
    );
  }
  const { subject, subjectAltName, validTo } = certificate;
  const words = { names: subjectAltName ?? subject, notAfter: new Date(validTo).toISOString() };
  return { cert, key, notAfterMs: Date.parse(validTo), words };
}

/**
 * Has new connections of the server use the pair that lies in the files now, as soon as it changed and fits together; until then, and
 * for connections that are open, the former one goes on. Call the result to end it.
 */
export function followPair(server: Server, { files, first, log }: Following): () => void {
  log.info(first.words, 'serving TLS');
  let used = first;
  let complained = '';
  let warned = warnOfEnd(first, log);
  const look = async (): Promise<void> => {
    try {
      const pair = await readPair(files);
      complained = '';
      if (pair.cert !== used.cert || pair.key !== used.key) {
        server.setSecureContext(contextOf(pair));
        used = pair;
        warned = false;
        log.info(pair.words, 'the certificate changed: new connections use the new one');
      }
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      // The first time it may be one file of two that are being written.
      if (complained === `${fault}?`) log.warn(used.words, `the former certificate goes on: ${fault}`);
      complained = complained.startsWith(fault) ? fault : `${fault}?`;
    }
    warned ||= warnOfEnd(used, log);
  };
  let timer = setTimeout(turn, files.pollMs ?? POLL_MS);
  let ended = false;
  function turn(): void {
    void look().then(() => {
      if (!ended) timer = setTimeout(turn, files.pollMs ?? POLL_MS);
    });
  }
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** What following starts from. */
interface Following {
  readonly files: TlsFiles;
  readonly first: CertificatePair;
  readonly log: HttpLog;
}

/** The options of a TLS server for a pair. TLS 1.2 is the oldest version that is not deprecated (RFC 8996). */
export function contextOf({ cert, key }: CertificatePair) {
  return { cert, key, minVersion: 'TLSv1.2' } as const;
}

function warnOfEnd({ notAfterMs, words }: CertificatePair, log: HttpLog): boolean {
  const days = Math.floor((notAfterMs - Date.now()) / DAY_MS);
  if (days >= WARN_DAYS) return false;
  const when = days < 0 ? 'has expired' : `expires in ${days} days`;
  log.warn(words, `the certificate ${when}; write a new one and its key into the same files`);
  return true;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read (${wordsOf(cause)}); name a file that the collector may read`, { cause });
  }
}

function parse<T>(file: string, read: () => T, mend: string): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(`${file} cannot be understood (${wordsOf(cause)}); ${mend}`, { cause });
  }
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
