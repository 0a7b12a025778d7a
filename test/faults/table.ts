/** The fault matrix: every fault, by group. The first of each code is the one that `make test` plays. */
import type { Fault, FaultGroup } from './fault.ts';
import { compoundFaults } from './causes/compounds.ts';
import { containerFaults } from './causes/containers.ts';
import { creationFaults } from './causes/creation.ts';
import { daemonFaults } from './causes/daemons.ts';
import { nodeFaults } from './causes/nodes.ts';
import { placementFaults } from './causes/placement.ts';
import { podEndFaults } from './causes/pod-ends.ts';
import { processFaults } from './causes/processes.ts';
import { rolloutFaults } from './causes/rollouts.ts';
import { schedulingFaults } from './causes/scheduling.ts';
import { telemetryFaults } from './causes/telemetry.ts';

/** In the order of the report. */
export const GROUPS: readonly FaultGroup[] = [
  nodeFaults,
  placementFaults,
  creationFaults,
  schedulingFaults,
  podEndFaults,
  containerFaults,
  processFaults,
  rolloutFaults,
  daemonFaults,
  telemetryFaults,
  compoundFaults,
];

/** All faults, in that order. */
export const FAULTS: readonly Fault[] = GROUPS.flatMap(({ faults }) => faults);

/** The first fault of each code. */
export function pickOneEach(): readonly Fault[] {
  const groups = Map.groupBy(FAULTS, ({ code }) => code);
  return [...groups].flatMap(([, [first]]) => (first ? [first] : []));
}
