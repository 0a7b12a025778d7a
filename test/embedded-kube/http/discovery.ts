/** Discovery documents: which groups, versions and resources are served. */
import type { Json } from '../objects/json.ts';
import type { Registry } from '../objects/registry.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-type.ts';

const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'any',
};
const CLIENT_ADDRESSES = [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }];
const OBJECT_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];

/** The document at a discovery path, or undefined for another path. */
export function discoveryDocument(path: string, registry: Registry): Json | undefined {
  const types = registry.types();
  switch (path) {
    case '/version':
      return VERSION;
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: CLIENT_ADDRESSES };
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: namedGroups(types).map(groupEntry(types)) };
    default:
      return groupDocument(path.split('/').slice(1), types);
  }
}

function groupDocument(parts: readonly string[], types: readonly ResourceType[]): Json | undefined {
  const [root, group = '', version = ''] = parts;
  if (root === 'api' && parts.length === 2) return resourceList(types, group);
  if (root !== 'apis' || !namedGroups(types).includes(group)) return undefined;
  if (parts.length === 3) return resourceList(types, `${group}/${version}`);
  return parts.length === 2 ? { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(types)(group) } : undefined;
}

function namedGroups(types: readonly ResourceType[]): readonly string[] {
  return [...new Set(types.map(({ group }) => group))].filter((group) => group !== '');
}

function groupEntry(types: readonly ResourceType[]): (group: string) => { readonly [key: string]: Json } {
  return (name) => {
    const found = types.filter(({ group }) => group === name).map(({ version }) => version);
    const versions = [...new Set(found)].map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] ?? null };
  };
}

function resourceList(types: readonly ResourceType[], groupVersion: string): Json | undefined {
  const served = types.filter((type) => apiVersionOf(type) === groupVersion);
  if (served.length === 0) return undefined;
  const resources = served.flatMap((type) => [
    {
      name: type.plural,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: OBJECT_VERBS,
      ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
    },
    ...(type.status ? [statusEntry(type)] : []),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function statusEntry({ plural, namespaced, kind }: ResourceType): Json {
  return { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: STATUS_VERBS };
}
