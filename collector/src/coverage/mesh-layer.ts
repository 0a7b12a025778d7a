/** Layer 4: the daemon says that it is connected to enough of its peers. */
import { WATCH } from '@rollcall/contract';
import { isReporting, OUTCOMES } from './heartbeat-layer.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/** The mesh layer. A daemon that is silent, or says nothing of peers, leaves it unknown. */
export const meshLayer: Layer = {
  name: 'mesh',
  isAsked: (policy) => policy.meshLayer !== undefined,
  sources: () => [WATCH.nodes],
  judge: (subject) => {
    const { policy, heartbeat } = subject;
    const mesh = heartbeat?.report?.object.mesh;
    if (mesh === undefined || !isReporting(subject)) return UNKNOWN;
    const isGood = shareOf(mesh) >= (policy.meshLayer?.minimumPeersRatio ?? 0);
    return { answer: isGood ? 'good' : 'bad', lookAgainMono: heartbeat?.staleMono ?? Infinity };
  },
  judgeBlind: () => UNKNOWN,
  check: (subject) => [
    { check: 'mesh', outcome: OUTCOMES[meshLayer.judge(subject).answer], seen: describeMesh(subject) },
  ],
};

/** Whoever has no peers misses none. */
function shareOf({
  peersConnected,
  peersTotal,
}: {
  readonly peersConnected: number;
  readonly peersTotal: number;
}): number {
  return peersTotal === 0 ? 1 : peersConnected / peersTotal;
}

/** What the daemon says of its peers. */
export function describeMesh(subject: Subject): string {
  const mesh = subject.heartbeat?.report?.object.mesh;
  if (mesh === undefined) return 'no heartbeat tells of peers';
  if (!isReporting(subject)) return 'no heartbeat came lately';
  const least = subject.policy.meshLayer?.minimumPeersRatio ?? 0;
  return `${mesh.peersConnected} of ${mesh.peersTotal} peers connected, ${Math.round(least * 1000) / 10} % asked`;
}
