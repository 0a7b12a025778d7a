import { expect, it } from 'vitest';
import { readText } from '../objects/json.ts';
import { live } from './test-world.ts';

it('keeps a Daemon for each machine, probed every 30 s, that goes with its machine', () => {
  const { store, run } = live({ nodes: 20, riptides: true });
  const probes = (): readonly string[] =>
    store.list('Daemon').map((daemon) => readText(daemon, ['status', 'health', 'lastProbeAt']));
  expect(probes()).toHaveLength(20);
  const first = probes();
  run(31);
  expect(probes().filter((probe, at) => probe !== first[at])).toHaveLength(20);
  const [node] = store.list('Node');
  store.delete({ kind: 'Node', name: node?.metadata.name ?? '' });
  run(1);
  expect(probes()).toHaveLength(19);
  const instances = store.list('Daemon').map((daemon) => readText(daemon, ['spec', 'workloadID']).split('/').at(-1));
  const providers = store.list('Node').map((own) => readText(own, ['spec', 'providerID']).split('/').at(-1));
  expect(new Set(instances)).toEqual(new Set(providers));
});
