/** Random changes to a few nodes, so that there is always something to be missed. */
import type { Cluster } from './cluster.ts';

/** What is changed: nodes of one group, and the pods of the DaemonSet of the same name on them. */
interface ChurnOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly nodes: readonly string[];
  readonly random: () => number;
}

/** The next change; resolves once the API server has it. */
export type Churn = () => Promise<void>;

/** Changes that leave no memory: a node that grows, a pod that is deleted, a node that is deleted, made again or replaced. */
export function createChurn({ cluster, group, nodes, random }: ChurnOptions): Churn {
  const names = [...nodes];
  let born = 0;
  const pick = (count: number): number => Math.floor(random() * count);
  const add = (name: string): Promise<void> => cluster.addNodes([{ name, labels: { group } }]);
  const replace = async (place: number, next: string): Promise<void> => {
    await cluster.deleteNode(names[place] ?? '');
    names[place] = next;
    await add(next);
  };
  return async () => {
    const place = pick(names.length);
    const name = names[place] ?? '';
    switch (pick(6)) {
      case 0:
        return replace(place, name);
      case 1:
        return replace(place, `${group}-new-${born++}`);
      case 2:
      case 3: {
        const pods = await cluster.podsOf(group);
        const pod = pods[pick(pods.length)];
        return pod && cluster.deletePod(pod.metadata.name);
      }
      default:
        // Larger than a chunk of the stream, so that a cut falls inside of it.
        return cluster.patchNode(name, { metadata: { annotations: { note: 'x'.repeat(1 + pick(60_000)) } } });
    }
  };
}
