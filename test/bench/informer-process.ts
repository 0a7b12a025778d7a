/**
 * What is measured against: `@kubernetes/client-node`'s informer as its documentation shows it, on the nodes and the daemon's pods, doing
 * nothing but cache them. `node informer-process.ts KUBECONFIG NAMESPACE NODES`; says on stdout when all are cached, then each 1,000 updates.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CoreV1Api, KubeConfig, makeInformer, type Informer, type KubernetesObject } from '@kubernetes/client-node';

const [kubeconfig = '', namespace = '', nodes = ''] = process.argv.slice(2);
const UPDATES_A_LINE = 1000;

async function main(): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const count = { objects: 0, updates: 0 };
  const follow = (informer: Informer<KubernetesObject>): Promise<void> => {
    informer.on('add', () => {
      if (++count.objects === 2 * Number(nodes)) say({ synced: true, stallMs: delay.max / 1e6 });
    });
    informer.on('update', () => {
      if (++count.updates % UPDATES_A_LINE === 0) say({ updates: count.updates });
    });
    informer.on('error', (error: unknown) => {
      throw error;
    });
    return informer.start();
  };
  const podsPath = `/api/v1/namespaces/${namespace}/pods`;
  await Promise.all([
    follow(makeInformer(config, '/api/v1/nodes', () => api.listNode())),
    follow(makeInformer(config, podsPath, () => api.listNamespacedPod({ namespace }))),
  ]);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await main();
