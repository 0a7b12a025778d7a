/** Finds, reads and merges kubeconfig files by kubectl's rules. */
import { delimiter, join } from 'node:path';
import { isMapping, kindOf, readText, type Entry } from './entry.ts';
import { KubeError, readField } from '../kube-error.ts';

/** All files as one. Where two files name the same cluster, user or context, the first one counts, as a whole. */
export interface Kubeconfig {
  /** The files that were there, for messages. */
  readonly files: readonly string[];
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
  readonly currentContext: string | undefined;
}

/** Where to look. `readFile` rejects with code ENOENT when there is no such file. */
export interface KubeconfigSearch {
  /** The file named by the user: it alone counts, and it must be there. */
  readonly kubeconfig?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
}

/**
 * The named file, else the files of $KUBECONFIG, else ~/.kube/config; files that are not there are passed over.
 * Source: client-go, tools/clientcmd/loader.go. Throws `Config` with file, field and mend.
 */
export async function readKubeconfig(search: KubeconfigSearch): Promise<Kubeconfig> {
  const files: Kubeconfig[] = [];
  for (const path of listPaths(search)) {
    const text = await readOptional(search, path);
    if (text !== undefined) files.push(await parseKubeconfig(path, text));
  }
  return mergeKubeconfigs(files);
}

function listPaths({ kubeconfig, env }: KubeconfigSearch): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const home = env['HOME'] ?? env['USERPROFILE'];
  if (listed.length > 0 || home === undefined) return listed;
  return [join(home, '.kube', 'config')];
}

async function readOptional(search: KubeconfigSearch, path: string): Promise<string | undefined> {
  try {
    return await search.readFile(path);
  } catch (cause) {
    if (readField(cause, 'code') === 'ENOENT' && search.kubeconfig === undefined) return undefined;
    throw new KubeError(
      'Config',
      `${path}: the kubeconfig cannot be read: name one that can (--kubeconfig, $KUBECONFIG)`,
      {
        cause,
      },
    );
  }
}

async function parseKubeconfig(file: string, text: string): Promise<Kubeconfig> {
  const values = await parseYaml(file, text);
  const root: Entry = { file, field: 'kubeconfig', values };
  return {
    files: [file],
    clusters: readNamed(root, 'clusters', 'cluster'),
    users: readNamed(root, 'users', 'user'),
    contexts: readNamed(root, 'contexts', 'context'),
    currentContext: readText(root, 'current-context'),
  };
}

async function parseYaml(file: string, text: string): Promise<Entry['values']> {
  // Loaded when needed: inside a cluster there is no kubeconfig to parse.
  const { parse } = await import('yaml');
  try {
    const values: unknown = parse(text, { logLevel: 'error', prettyErrors: false }) ?? {};
    if (isMapping(values)) return values;
    throw new KubeError(
      'Config',
      `${file}: the kubeconfig is ${kindOf(values)}: write a mapping with clusters, users and contexts`,
    );
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    throw new KubeError('Config', `${file}: the kubeconfig is not YAML: ${(cause as Error).message}`);
  }
}

function readNamed(root: Entry, list: string, member: string): ReadonlyMap<string, Entry> {
  const items = root.values[list] ?? [];
  const found = new Map<string, Entry>();
  if (!Array.isArray(items)) throw new KubeError('Config', `${root.file}: ${list} is ${kindOf(items)}: write a list`);
  for (const [index, item] of items.entries()) {
    const name: unknown = readField(item, 'name');
    const values = readField(item, member) ?? {};
    const at = `${list}[${typeof name === 'string' ? name : index}]`;
    if (typeof name !== 'string') throw new KubeError('Config', `${root.file}: ${at}.name is missing: give it a name`);
    if (found.has(name)) throw new KubeError('Config', `${root.file}: ${at} is there twice: remove or rename one`);
    if (!isMapping(values))
      throw new KubeError('Config', `${root.file}: ${at}.${member} is ${kindOf(values)}: write a mapping`);
    found.set(name, { file: root.file, field: `${at}.${member}`, values });
  }
  return found;
}

function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  const backwards = files.toReversed();
  return {
    files: files.flatMap((file) => file.files),
    clusters: new Map(backwards.flatMap((file) => [...file.clusters])),
    users: new Map(backwards.flatMap((file) => [...file.users])),
    contexts: new Map(backwards.flatMap((file) => [...file.contexts])),
    currentContext: files.find((file) => file.currentContext !== undefined)?.currentContext,
  };
}
