/** Certificates and keys of a kubeconfig: given in it, or as a file beside it. */
import { readPath, readText, wrongField, type Entry } from './entry.ts';

/** A certificate or key: itself, or the file that holds it, which is read again as it may change. */
export type Pem = { readonly path: string } | { readonly text: string };

/** `<name>-data` (base64), else the file `<name>`, else undefined; data wins over a file, as kubectl has it. */
export function readPem(entry: Entry, name: string): Pem | undefined {
  const data = readText(entry, `${name}-data`);
  const path = readPath(entry, name);
  if (data === undefined) return path === undefined ? undefined : { path };
  const text = Buffer.from(data, 'base64').toString('utf8');
  if (text.includes('-----BEGIN ')) return { text };
  throw wrongField(entry, `${name}-data`, 'is no PEM in base64: write the output of `base64 -w0 FILE`');
}

/** The PEM text, read by `readFile` if it is a file. */
export async function loadPem(pem: Pem, readFile: (path: string) => Promise<string>): Promise<string> {
  return 'text' in pem ? pem.text : await readFile(pem.path);
}
