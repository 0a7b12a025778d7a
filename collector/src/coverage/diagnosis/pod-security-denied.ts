/** The namespace enforces a Pod Security level that the template violates. */
import { refusedAs } from './refused-creation.ts';

/** Holds on every eligible node that has no pod, while the refusal stands. */
export const podSecurityDenied = refusedAs('PodSecurityDenied');
