/** The API server refuses the pod for any other reason: a missing priority class or service account, a LimitRange, a template that it does not accept. */
import { refusedAs } from './refused-creation.ts';

/** Holds on every eligible node that has no pod, while the refusal stands. */
export const createDenied = refusedAs('CreateDenied');
