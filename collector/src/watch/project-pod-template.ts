/** Projects what of a DaemonSet's pod template helps to explain why its pods fail: who places them, what they mount, as whom they run, how they are probed. */
import type { ContainerTemplate, PodTemplate, ProbeKind, VolumeTemplate } from '@rollcall/contract';
import { NO_ITEMS, isFields, readFields, readList, readString, type Fields, type Interner } from './read-field.ts';

const PROBES: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];

/** The template's pod in short, from its `spec`. */
export function projectPodTemplate(podSpec: Fields, intern: Interner): PodTemplate {
  const shared = readFields(podSpec, 'securityContext');
  const project = (key: string): readonly ContainerTemplate[] =>
    readItems(podSpec, key).map((container) => projectContainer(container, { shared, init: key !== 'containers' }));
  return {
    schedulerName: intern(readString(podSpec, 'schedulerName')),
    priorityClassName: intern(readString(podSpec, 'priorityClassName')),
    containers: [...project('initContainers'), ...project('containers')],
    volumes: readItems(podSpec, 'volumes').map(projectVolume),
  };
}

interface Surroundings {
  readonly shared: Fields;
  readonly init: boolean;
}

function projectContainer(container: Fields, { shared, init }: Surroundings): ContainerTemplate {
  return {
    name: readString(container, 'name'),
    sidecar: init && container['restartPolicy'] === 'Always',
    security: describeSecurity({ ...shared, ...readFields(container, 'securityContext') }),
    probes: PROBES.filter((kind) => isFields(container[`${kind}Probe`])),
    mounts: readItems(container, 'volumeMounts').map((mount) => ({
      volume: readString(mount, 'name'),
      path: readString(mount, 'mountPath'),
      fixed: readString(mount, 'subPath') !== '' || readString(mount, 'subPathExpr') !== '',
    })),
    configMaps: listConfigMaps(container),
  };
}

/** What decides what a process may open; the container's word goes before the pod's. */
function describeSecurity(context: Fields): string {
  const words = ['runAsUser', 'runAsGroup', 'runAsNonRoot', 'privileged', 'readOnlyRootFilesystem']
    .filter((key) => typeof context[key] === 'number' || typeof context[key] === 'boolean')
    .map((key) => `${key} ${String(context[key])}`);
  const drops = readList(readFields(context, 'capabilities'), 'drop').filter((name) => typeof name === 'string');
  return [...words, ...(drops.length === 0 ? [] : [`capabilities dropped: ${drops.join(' ')}`])].join(', ');
}

/** The ConfigMaps that its environment is made of. */
function listConfigMaps(container: Fields): readonly string[] {
  const whole = readItems(container, 'envFrom').map((from) => readString(readFields(from, 'configMapRef'), 'name'));
  const single = readItems(container, 'env').map((variable) =>
    readString(readFields(readFields(variable, 'valueFrom'), 'configMapKeyRef'), 'name'),
  );
  const names = new Set([...whole, ...single]);
  names.delete('');
  return names.size === 0 ? NO_ITEMS : [...names];
}

function projectVolume(volume: Fields): VolumeTemplate {
  const hostPath = readFields(volume, 'hostPath');
  const projected = readItems(readFields(volume, 'projected'), 'sources');
  const configMaps = [
    readString(readFields(volume, 'configMap'), 'name'),
    ...projected.map((source) => readString(readFields(source, 'configMap'), 'name')),
  ];
  return {
    name: readString(volume, 'name'),
    hostPath: readString(hostPath, 'path'),
    configMaps: configMaps.filter((name) => name !== ''),
  };
}

function readItems(fields: Fields, key: string): readonly Fields[] {
  return readList(fields, key).filter(isFields);
}
