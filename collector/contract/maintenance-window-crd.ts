/** The CustomResourceDefinition of MaintenanceWindow, made from its schema. */
import { defineResource, structuralOf, type StructuralSchema } from './daemon-coverage-crd.ts';
import { WINDOW_KIND, windowSpec } from './maintenance-window.ts';

/** The schema of a MaintenanceWindow as the API server has it. */
export function windowSchema(): StructuralSchema {
  return {
    type: 'object',
    description: 'MaintenanceWindow excuses nodes while planned work is done on them.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
      kind: { type: 'string', description: 'Kind of this object.' },
      metadata: { type: 'object' },
      spec: structuralOf(windowSpec),
    },
  };
}

const columns = [
  { name: 'Owner', type: 'string', jsonPath: '.spec.owner', description: 'Who answers for the work.' },
  { name: 'Start', type: 'string', jsonPath: '.spec.once.start', description: 'When work that is done once begins.' },
  { name: 'End', type: 'string', jsonPath: '.spec.once.end', description: 'When it ends.' },
  { name: 'Rule', type: 'string', jsonPath: '.spec.recurring.rule', description: 'When it recurs.' },
  { name: 'Zone', type: 'string', jsonPath: '.spec.recurring.timeZone', description: 'The time zone of the rule.' },
  { name: 'Duration', type: 'string', jsonPath: '.spec.recurring.duration', description: 'How long it lasts.' },
  { name: 'Reason', type: 'string', jsonPath: '.spec.reason', description: 'What is done.', priority: 1 },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was written.' },
] as const;

/** The CustomResourceDefinition of maintenance windows. */
export function maintenanceWindowCrd() {
  return defineResource({
    plural: 'maintenancewindows',
    kind: WINDOW_KIND,
    shortName: 'mwin',
    schema: windowSchema(),
    columns,
  });
}
