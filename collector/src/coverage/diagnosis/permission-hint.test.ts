import { expect, test } from 'vitest';
import type { ContainerTemplate } from '@rollcall/contract';
import { withPermissionHint } from './permission-hint.ts';
import { buildSubject } from './test-subject.ts';

const AGENT: ContainerTemplate = {
  name: 'agent',
  sidecar: false,
  security: 'runAsUser 1000, readOnlyRootFilesystem true',
  probes: [],
  mounts: [
    { volume: 'state', path: '/state/', fixed: false },
    { volume: 'deep', path: '/state/deep', fixed: false },
    { volume: 'config', path: '/etc/agent', fixed: false },
  ],
  configMaps: [],
};

function hint(text: string, container = 'agent'): string {
  const volume = (name: string, hostPath: string) => ({ name, hostPath, configMaps: [] });
  const podTemplate = {
    schedulerName: '',
    priorityClassName: '',
    containers: [AGENT, { ...AGENT, name: 'bare', security: '', mounts: [] }],
    volumes: [volume('state', '/var/lib/agent'), volume('deep', '/srv'), volume('config', '')],
  };
  return withPermissionHint(text, buildSubject({ daemonSet: { podTemplate } }), container);
}

const RUNS_AS = 'the securityContext of the container (runAsUser 1000, readOnlyRootFilesystem true)';

test.each<readonly [string, string]>([
  ['open /state/id: permission denied', `Check /state/id (/var/lib/agent/id on the node) and ${RUNS_AS}`],
  ['mkdir "/state/deep": Permission denied', `Check /state/deep (/srv on the node) and ${RUNS_AS}`],
  ['open /etc/agent/a.yaml: permission denied', `Check /etc/agent/a.yaml and ${RUNS_AS}`],
  ['open /stateful/x: permission denied', `Check /stateful/x and ${RUNS_AS}`],
  ['exec: "agentd": permission denied', `Check the path that it names and ${RUNS_AS}`],
])('of "%s" it says: %s', (text, end) => {
  expect(hint(text)).toBe(`${text}. ${end}`);
});

test('a container that sets nothing is told as such, and of an unknown one nothing is told', () => {
  const text = 'open /state/id: permission denied';
  expect(hint(text, 'bare')).toBe(
    `${text}. Check /state/id and the securityContext of the container (it sets nothing)`,
  );
  expect(hint(text, 'gone')).toBe(`${text}. Check /state/id and the securityContext of the container`);
});

test('any other complaint stays as it is', () => {
  expect(hint('no licence')).toBe('no licence');
});
