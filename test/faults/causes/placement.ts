/** Faults of labels and taints: the DaemonSet controller does not want a pod on the node. */
import type { FaultGroup } from '../fault.ts';
import { HOME, type Scene, type SceneSize } from '../scene.ts';

/** A policy that says itself which nodes must run the daemon: all of the scene. */
export function explicit({ name }: SceneSize): object {
  return { nodes: { scope: 'Explicit', selector: { matchLabels: { [HOME]: name } } } };
}

const taint = (effect: string): object => ({ key: 'dedicated', value: 'db', effect });
const SHED = { nodeAffinity: required([{ key: 'zone', operator: 'In', values: ['a'] }]) };

function required(matchExpressions: readonly object[]): object {
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
}

const untaint = (scene: Scene): Promise<void> => scene.patchNodes({ spec: { taints: null } });

/** The whole group. */
export const placementFaults: FaultGroup = {
  group: 'placement',
  faults: [
    {
      code: 'LabelDrift',
      cause: 'label of the nodeSelector removed under a running daemon',
      begins: 'covered',
      bringAbout: (scene) => scene.patchNodes({ metadata: { labels: { scene: null } } }),
      takeAway: (scene) => scene.patchNodes({ metadata: { labels: { scene: scene.name } } }),
      message: /scene/,
    },
    {
      code: 'LabelDrift',
      cause: 'label of the required affinity changed under a running daemon',
      node: { labels: { zone: 'a' } },
      template: { affinity: SHED },
      begins: 'covered',
      bringAbout: (scene) => scene.patchNodes({ metadata: { labels: { zone: 'b' } } }),
      takeAway: (scene) => scene.patchNodes({ metadata: { labels: { zone: 'a' } } }),
      message: /zone/,
    },
    {
      code: 'LabelDrift',
      cause: 'NoExecute taint put on under a running daemon',
      begins: 'covered',
      bringAbout: (scene) => scene.patchNodes({ spec: { taints: [taint('NoExecute')] } }),
      takeAway: untaint,
      message: /dedicated/,
    },
    {
      code: 'LabelDrift',
      cause: 'NoSchedule taint put on under a running daemon, whose pod then goes',
      begins: 'covered',
      bringAbout: async (scene) => {
        await scene.patchNodes({ spec: { taints: [taint('NoSchedule')] } });
        await scene.deletePods();
      },
      takeAway: untaint,
      message: /dedicated/,
    },
    {
      code: 'NodeSelectorMismatch',
      cause: 'nodes in an explicit scope that the nodeSelector never matched',
      template: { nodeSelector: { role: 'worker' } },
      policy: explicit,
      takeAway: (scene) => scene.patchNodes({ metadata: { labels: { role: 'worker' } } }),
      message: /role/,
    },
    {
      code: 'NodeSelectorMismatch',
      cause: 'nodes in an explicit scope that the required affinity never admitted',
      template: { affinity: SHED },
      policy: explicit,
      takeAway: (scene) => scene.patchNodes({ metadata: { labels: { zone: 'a' } } }),
      message: /zone/,
    },
    {
      code: 'UntoleratedTaint',
      cause: 'NoSchedule taint from the start',
      node: { taints: [taint('NoSchedule')] },
      policy: explicit,
      takeAway: untaint,
      message: /dedicated=db:NoSchedule/,
    },
    {
      code: 'UntoleratedTaint',
      cause: 'NoExecute taint from the start',
      node: { taints: [taint('NoExecute')] },
      policy: explicit,
      takeAway: untaint,
      message: /dedicated=db:NoExecute/,
    },
  ],
};
