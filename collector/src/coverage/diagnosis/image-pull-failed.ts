/** The kubelet cannot get a container's image; says which of the usual answers the registry gave. */
import type { Predicate } from '../subject.ts';
import { findContainer } from './live-pod.ts';
import { describeReason, nameContainer, quote, sentence } from './wording.ts';

// pkg/kubelet/images/types.go, and two that container runtimes report through it.
const WAITING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

// In this order: "pull access denied, repository does not exist or may require authorization" is about credentials.
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/too ?many ?requests|rate limit|status(?: ?code)?:? 429/i, '429, rate limited'],
  [
    /unauthorized|forbidden|access denied|authorization failed|no basic auth credentials|status(?: ?code)?:? 40[13]/i,
    '401/403, credentials',
  ],
  [/not found|manifest unknown|name unknown|status(?: ?code)?:? 404/i, '404, no such image'],
  [/no match for platform|no matching manifest/i, 'no image for this platform'],
  [/x509|certificate/i, "the registry's certificate is not trusted"],
  [/no space left on device/i, 'the disk of the node is full'],
  [
    /time(?:d )?out|deadline exceeded|connection refused|no such host|no route to host|network is unreachable|connection reset|server misbehaving/i,
    'timeout, unreachable',
  ],
];

/** Looks at every container of the pod, init containers included. */
export const imagePullFailed: Predicate = (subject) => {
  const found = findContainer(subject, ({ waiting }) => waiting !== undefined && WAITING.has(waiting.reason));
  const waiting = found?.container.waiting;
  if (found === undefined || waiting === undefined) return undefined;
  const image = quote(found.container.image) || 'without a name';
  const answer = classify(waiting.message, found.container.image);
  const cannot = `${nameContainer(found.container, found.pod)} cannot get image ${image}`;
  const message = sentence(`${cannot}${answer && ` [${answer}]`}${describeReason(waiting)}`);
  return { code: 'ImagePullFailed', message };
};

/** '' if the message names no known cause. The image's own name is left out: a tag may be called "404" or "not found". */
function classify(message: string, image: string): string {
  const words = image === '' ? message : message.replaceAll(image, '');
  return ANSWERS.find(([pattern]) => pattern.test(words))?.[1] ?? '';
}
