/** What watches say in whatever encoding. */
import { KubeError } from '../kube-error.ts';

/** The annotation of the bookmark that ends a streaming list; its value is `true`. */
export const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** The error for an event of a type that is unknown, or not even a text. */
export function unknownEvent(type: unknown): KubeError {
  if (typeof type !== 'string' || type === '') return new KubeError('Malformed', 'a watch event without a type');
  return new KubeError('Malformed', `a watch event of type ${JSON.stringify(type.slice(0, 40))}`);
}
