/** Pod affinity, anti-affinity or topology spread keeps the pod off its node. */
import { refusedFor } from './scheduler-refusal.ts';

/** The words of the InterPodAffinity and PodTopologySpread plugins. */
export const podAntiAffinity = refusedFor(
  'PodAntiAffinity',
  /didn't match pod (?:anti-)?affinity rules|didn't satisfy existing pods anti-affinity rules|didn't match pod topology spread constraints/,
);
