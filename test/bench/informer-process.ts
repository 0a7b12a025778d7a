/**
 * What is measured against: `@kubernetes/client-node`'s informer as its documentation shows it, on the nodes and the daemon's pods, doing
 * nothing but cache them. `node informer-process.ts KUBECONFIG NAMESPACE NODES PAGED`; says on stdout when all are cached, then each
 * 1,000 updates. Where PAGED is `true` it lists in pages, since beyond some 58,000 nodes a whole list is longer than a string can be.
 */
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  type Informer,
  type KubernetesListObject,
  type KubernetesObject,
} from '@kubernetes/client-node';

const [kubeconfig = '', namespace = '', nodes = '', paged = ''] = process.argv.slice(2);
const UPDATES_A_LINE = 1000;
const PAGE_SIZE = 500;

type Page = { readonly limit?: number; readonly _continue?: string };

async function main(): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const count = { objects: 0, updates: 0 };
  const follow = (informer: Informer<KubernetesObject>): Promise<void> => {
    informer.on('add', () => {
      if (++count.objects === 2 * Number(nodes)) say({ synced: true });
    });
    informer.on('update', () => {
      if (++count.updates % UPDATES_A_LINE === 0) say({ updates: count.updates });
    });
    informer.on('error', (error: unknown) => {
      throw error;
    });
    return informer.start();
  };
  const listNodes = inPages((page) => api.listNode(page));
  const listPods = inPages((page) => api.listNamespacedPod({ namespace, ...page }));
  await Promise.all([
    follow(makeInformer(config, '/api/v1/nodes', listNodes)),
    follow(makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, listPods)),
  ]);
}

/** The list as it is, or put together of its pages. */
function inPages<T extends KubernetesObject>(
  list: (page: Page) => Promise<KubernetesListObject<T>>,
): () => Promise<KubernetesListObject<T>> {
  if (paged !== 'true') return () => list({});
  return async () => {
    const whole = await list({ limit: PAGE_SIZE });
    for (let token = whole.metadata?._continue; token !== undefined && token !== '';) {
      const page = await list({ limit: PAGE_SIZE, _continue: token });
      for (const item of page.items) whole.items.push(item);
      token = page.metadata?._continue;
    }
    return whole;
  };
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await main();
