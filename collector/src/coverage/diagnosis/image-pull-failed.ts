/** The kubelet cannot get a container's image; says which of the usual answers the registry gave. */
import type { ContainerObject } from '@rollcall/contract';
import type { EventEntry } from '../../inventory/index.ts';
import type { Hit, Predicate, Subject } from '../subject.ts';
import { startDueMono } from './deadlines.ts';
import { findContainer, isBeingCreated, isLive, type LiveContainer } from './live-pod.ts';
import { findNewest } from './pod-events.ts';
import { pullDueMono } from './retry-due.ts';
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

const CREDENTIALS = '401/403, credentials';

// In this order: "pull access denied, repository does not exist or may require authorization" is about credentials.
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/too ?many ?requests|rate limit|status(?: ?code)?:? 429/i, '429, rate limited'],
  [
    /unauthorized|forbidden|access denied|authorization failed|no basic auth credentials|status(?: ?code)?:? 40[13]/i,
    CREDENTIALS,
  ],
  [/no match for platform|no matching manifest/i, 'no image for this platform'],
  [/not found|manifest unknown|name unknown|status(?: ?code)?:? 404/i, '404, no such image'],
  [/x509|certificate/i, "the registry's certificate is not trusted"],
  [/no space left on device/i, 'the disk of the node is full'],
  [
    /time(?:d )?out|deadline exceeded|connection refused|no such host|no route to host|network is unreachable|connection reset|server misbehaving/i,
    'timeout, unreachable',
  ],
];

type Waiting = NonNullable<ContainerObject['waiting']>;

/** Looks at every container of the pod, init containers included; then for an image that does not come, without a word of why. */
export const imagePullFailed: Predicate = (subject) => {
  const found = findContainer(subject, ({ waiting }) => waiting !== undefined && WAITING.has(waiting.reason));
  const waiting = found?.container.waiting;
  if (found === undefined || waiting === undefined) return findSlowPull(subject);
  const failure = findFailure(subject, found.container);
  const message = describePull(found, waiting, failure?.object.message ?? '');
  return { code: 'ImagePullFailed', message, retryDueMono: failure && pullDueMono(failure) };
};

/** Older kubelets say why in their event only, which is `told`. */
function describePull({ container, pod }: LiveContainer, waiting: Waiting, told: string): string {
  const own = classify(waiting.message, container.image);
  const answer = own || classify(told, container.image);
  const cannot = `${nameContainer(container, pod)} cannot get image ${quote(container.image) || 'without a name'}`;
  const seen = sentence(`${cannot}${answer && ` [${answer}]`}${describeReason(waiting)}`);
  return answer === own ? seen : `${seen} ${sentence(quote(told))}`;
}

/** Of each pull that failed the kubelet tells, and counts it; an event without the image's name is about another matter. */
function findFailure(subject: Subject, { image }: ContainerObject): EventEntry | undefined {
  return findNewest(subject, ({ object: { reason, message } }) => {
    return reason === 'Failed' && message.startsWith('Failed to pull image') && message.includes(image);
  });
}

/** The sandbox is there and no container is made yet: what is between the two is the pull. */
function findSlowPull(subject: Subject): Hit | undefined {
  const { pod, now } = subject;
  if (pod === undefined || !isLive(pod) || pod.object.sandbox?.status !== 'True') return undefined;
  if (!isBeingCreated(pod.object) || now.monoMs < startDueMono(subject, pod.createdMono)) return undefined;
  const [container] = pod.object.containers;
  if (container === undefined) return undefined;
  const image = quote(container.image) || 'without a name';
  const seen = `${nameContainer(container, pod.object)} is not made after the start deadline though its sandbox is there: image ${image} is still being pulled`;
  return { code: 'ImagePullFailed', message: sentence(seen) };
}

/** True where the registry refuses whoever pulls one of the judged pod's images, by the kubelet's words in the status or in its event. */
export function isPullRefused(subject: Subject): boolean {
  const found = findContainer(subject, ({ waiting }) => waiting !== undefined && WAITING.has(waiting.reason));
  if (found === undefined) return false;
  const { container } = found;
  const told = findFailure(subject, container)?.object.message ?? '';
  return (
    (classify(container.waiting?.message ?? '', container.image) || classify(told, container.image)) === CREDENTIALS
  );
}

/** '' if the message names no known cause. The image's own name is left out: a tag may be called "404" or "not found". */
function classify(message: string, image: string): string {
  const words = image === '' ? message : message.replaceAll(image, '');
  return ANSWERS.find(([pattern]) => pattern.test(words))?.[1] ?? '';
}
