/** A ValidatingAdmissionPolicy or a webhook objects to the pod. */
import { refusedAs } from './refused-creation.ts';

/** Holds on every eligible node that has no pod, while the refusal stands. */
export const admissionDenied = refusedAs('AdmissionDenied');
