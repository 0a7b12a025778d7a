/** A webhook that must be asked does not answer. */
import { refusedAs } from './refused-creation.ts';

/** Holds on every eligible node that has no pod, while the refusal stands. */
export const webhookUnavailable = refusedAs('WebhookUnavailable');
