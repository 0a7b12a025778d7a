/** The daemon is connected to fewer of its peers than the policy asks. */
import { describeMesh, meshLayer } from '../mesh-layer.ts';
import type { Predicate } from '../subject.ts';
import { sentence } from './wording.ts';

/** By its own word in the last heartbeat. */
export const meshDegraded: Predicate = (subject) => {
  if (!meshLayer.isAsked(subject.policy) || meshLayer.judge(subject).answer !== 'bad') return undefined;
  return { code: 'MeshDegraded', message: sentence(describeMesh(subject)) };
};
