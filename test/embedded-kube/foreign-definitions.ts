/** Definitions of resources that others own and Rollcall reads, as far as their public pages describe them. For tests and the demo alone. */
import type { Manifest } from './objects/kube-object.ts';

const TEXT = { type: 'string' };
const TEXTS = { type: 'object', additionalProperties: TEXT };

/** The Daemon of Riptides. Source: "Daemon", Riptides docs. */
export function daemonDefinition(): Manifest {
  const pair = { type: 'object', properties: { name: TEXT, value: TEXT } };
  const health = { daemonHealth: TEXT, driverHealth: TEXT, lastProbeAt: TEXT };
  return define(
    { group: 'core.riptides.io', kind: 'Daemon', plural: 'daemons' },
    {
      spec: {
        type: 'object',
        required: ['workloadID', 'claimerType'],
        properties: { workloadID: TEXT, claimerType: TEXT },
      },
      status: {
        type: 'object',
        properties: {
          health: { type: 'object', properties: health },
          metadata: { type: 'array', items: pair },
          exposedEndpoints: TEXTS,
        },
      },
    },
  );
}

/** The PlexdNodeState. Source: "Kubernetes DaemonSet Deployment Reference", plexd docs. */
export function nodeStateDefinition(): Manifest {
  const entry = {
    type: 'object',
    properties: { key: TEXT, contentType: TEXT, payload: TEXT, version: { type: 'integer' }, updatedAt: TEXT },
  };
  const secretRef = { type: 'object', properties: { key: TEXT, version: { type: 'integer' } } };
  return define(
    { group: 'plexd.plexsphere.com', kind: 'PlexdNodeState', plural: 'plexdnodestates' },
    {
      spec: {
        type: 'object',
        required: ['nodeId'],
        properties: {
          nodeId: TEXT,
          meshIp: TEXT,
          metadata: TEXTS,
          data: { type: 'array', items: entry },
          secretRefs: { type: 'array', items: secretRef },
        },
      },
      status: {
        type: 'object',
        properties: { report: { type: 'array', items: entry }, heartbeatTime: TEXT },
      },
    },
  );
}

function define(
  { group, kind, plural }: { readonly group: string; readonly kind: string; readonly plural: string },
  properties: Readonly<Record<string, object>>,
): Manifest {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
          subresources: { status: {} },
        },
      ],
    },
  };
  return definition as unknown as Manifest;
}
