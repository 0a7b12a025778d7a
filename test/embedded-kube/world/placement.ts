/** Where a DaemonSet wants a pod: a rule for the demo, with nodeSelector and taints; required affinity is not looked at. */
import { member, readList, readObject, readText, type Json } from '../objects/json.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { podTolerations } from './daemon-set-object.ts';

/** `run`: a pod belongs there. `keep`: one that is there may stay. */
export type Wish = { readonly run: boolean; readonly keep: boolean };

/** What the DaemonSet controller wants of each node. */
export function wishesOf(daemonSet: KubeObject): (node: KubeObject) => Wish {
  const selector = Object.entries(readObject(daemonSet, ['spec', 'template', 'spec', 'nodeSelector']));
  const tolerations = podTolerations(daemonSet);
  return (node) => {
    const labels = node.metadata.labels ?? {};
    if (!selector.every(([key, value]) => member(labels, key) === value)) return { run: false, keep: false };
    const untolerated = readList(node, ['spec', 'taints'])
      .filter((taint) => readText(taint, ['effect']) !== 'PreferNoSchedule')
      .filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
    const keep = !untolerated.some((taint) => readText(taint, ['effect']) === 'NoExecute');
    return { run: untolerated.length === 0, keep };
  };
}

function tolerates(toleration: Json, taint: Json): boolean {
  const of = (key: string): string => readText(toleration, [key]);
  if (of('effect') !== '' && of('effect') !== readText(taint, ['effect'])) return false;
  if (of('key') !== '' && of('key') !== readText(taint, ['key'])) return false;
  if (of('operator') === 'Exists') return true;
  return of('key') !== '' && of('value') === readText(taint, ['value']);
}
