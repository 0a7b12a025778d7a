import { expect, test } from 'vitest';
import { createCoveredCluster } from '../test-cluster.ts';

const BEFORE = { manager: 'kubelet', at: 1_000 };
const TAINT = { key: 'repair', value: '', effect: 'NoExecute' };

test.each([
  ['who set something when the node drifted is named', { manager: 'robot', at: 2_000 }, 'changed by robot.'],
  ['the same manager may do it later', { manager: 'kubelet', at: 2_000 }, 'changed by kubelet.'],
  ['whoever was the last before did not do it', BEFORE, 'Who did it is not recorded.'],
  ['nobody is named when nobody is known', undefined, 'Who did it is not recorded.'],
])('%s', (_, editor, words) => {
  const cluster = createCoveredCluster(['a']);
  cluster.node('a', { editor: BEFORE });
  cluster.node('a', { editor, taints: [TAINT] });
  cluster.podGone('pod-a');
  expect(cluster.pipeline.roll.policies.get('policy-agent')?.records.get('a')?.drift).toContain(words);
});
