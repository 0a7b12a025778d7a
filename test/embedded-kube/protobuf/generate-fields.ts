/**
 * `npm run protobuf-fields`: writes kubernetes-fields.ts from the .proto files that the Kubernetes Go modules carry, for what is reachable
 * from the kinds named here. Needs those modules in Go's module cache, where `npm run control-plane` puts them.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = 'v0.36.3';
const FILES = [
  'apimachinery/pkg/apis/meta/v1',
  'apimachinery/pkg/runtime',
  'apimachinery/pkg/api/resource',
  'apimachinery/pkg/util/intstr',
  'api/core/v1',
  'api/apps/v1',
  'api/coordination/v1',
];
const ROOTS = [
  'Node',
  'Pod',
  'Namespace',
  'Event',
  'DaemonSet',
  'ControllerRevision',
  'Lease',
  'Secret',
  'ConfigMap',
  'ServiceAccount',
  'ListMeta',
  'Status',
];
/** Fields that Go embeds: in JSON their own fields stand in place of them. The .proto files do not tell. */
const EMBEDDED = new Set(['volumeSource', 'handler', 'ephemeralContainerCommon', 'localObjectReference']);
const FIELD = /^ {2}(optional|repeated|map<string, *([\w.]+)>) *([\w.]+)? +(\w+) = (\d+);/gm;

const TWO: readonly string[] = [];

type Messages = Map<string, readonly string[]>;

async function readMessages(): Promise<Messages> {
  const cache = (await run('go', ['env', 'GOMODCACHE'])).stdout.trim();
  const messages: Messages = new Map();
  for (const path of FILES) {
    const [module = '', ...folder] = path.split('/');
    const file = join(cache, `k8s.io/${module}@${VERSION}`, ...folder, 'generated.proto');
    for (const [, name = '', body = ''] of readFileSync(file, 'utf8').matchAll(/^message (\w+) \{\n([^]*?)^\}/gm)) {
      // The envelope around every object has a TypeMeta of its own; the encoder writes that one by hand.
      if (path.endsWith('runtime') && name !== 'RawExtension') continue;
      // Several packages have a List, say, of which no kind is made: only one that is reached must have its name alone.
      messages.set(name, messages.has(name) ? TWO : [...body.matchAll(FIELD)].map(describeField));
    }
  }
  return messages;
}

/** `name=number:type`; `*` before a repeated type, `%` before the value type of a map, `~` before an embedded message. */
function describeField([, label, mapValue, type = '', name = '', number]: readonly string[]): string {
  const short = (mapValue ?? type).split('.').at(-1) ?? '';
  const isEmbedded = label === 'optional' && EMBEDDED.has(name) && short.toLowerCase() !== 'string';
  const mark = mapValue !== undefined ? '%' : label === 'repeated' ? '*' : isEmbedded ? '~' : '';
  return `${name}=${number}:${mark}${short}`;
}

function reach(messages: Messages): Messages {
  const reached: Messages = new Map();
  const visit = (name: string): void => {
    const fields = messages.get(name);
    if (fields === undefined || reached.has(name)) return;
    if (fields === TWO) throw new Error(`two messages are named ${name}`);
    reached.set(name, fields);
    for (const field of fields) visit(field.replace(/^.*:[*%~]?/, ''));
  };
  ROOTS.forEach(visit);
  return new Map([...reached].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function main(): Promise<void> {
  const rows = [...reach(await readMessages())].map(([name, fields]) => `  ${name}:\n    '${fields.join(' ')}',`);
  const text = `/**
 * The fields of Kubernetes ${VERSION.replace('v0', 'v1')}'s protobuf messages: \`name=number:type\`, where \`*\` stands before a repeated type, \`%\` before the value type of a
 * map with text keys, \`~\` before a message whose fields JSON has in place of it. Generated, do not edit: npm run protobuf-fields.
 */
export const KUBERNETES_FIELDS: Readonly<Record<string, string>> = {
${rows.join('\n')}
};
`;
  writeFileSync(join(import.meta.dirname, 'kubernetes-fields.ts'), text);
}

await main();
