/** What to look at when a process may not open something: the path that it names, the hostPath behind it, and as whom it runs. */
import type { ContainerTemplate, PodTemplate } from '@rollcall/contract';
import type { Subject } from '../subject.ts';
import { quote, stop } from './wording.ts';

// As Go, libc and runc say it: `open /x/y: permission denied`, `mkdir "/x": Permission denied`.
const DENIED = /permission denied/i;
const PATH = /["'\s](\/[^\s"':,]+)["']?: permission denied/i;

/** The text as a sentence with a hint behind it if it complains of permissions; else the text as it is. */
export function withPermissionHint(text: string, subject: Subject, container: string): string {
  if (!DENIED.test(text)) return text;
  const template = subject.daemonSet?.object.podTemplate;
  const own = template?.containers.find(({ name }) => name === container);
  const path = PATH.exec(text)?.[1];
  const named = path === undefined ? 'the path that it names' : quote(path);
  return `${stop(text)} Check ${named}${describeHostPath(template, own, path)} and the securityContext of the container${describeSecurity(own)}`;
}

function describeSecurity(own: ContainerTemplate | undefined): string {
  if (own === undefined) return '';
  return own.security === '' ? ' (it sets nothing)' : ` (${quote(own.security)})`;
}

/** The volume with the longest mount path that the path lies under. */
function describeHostPath(
  template: PodTemplate | undefined,
  own: ContainerTemplate | undefined,
  path: string | undefined,
): string {
  if (template === undefined || own === undefined || path === undefined) return '';
  const under = own.mounts.filter(
    (mount) => path === mount.path || path.startsWith(`${mount.path.replace(/\/$/, '')}/`),
  );
  const [nearest] = under.toSorted((one, other) => other.path.length - one.path.length);
  const hostPath = template.volumes.find(({ name }) => name === nearest?.volume)?.hostPath ?? '';
  return nearest === undefined || hostPath === ''
    ? ''
    : ` (${quote(hostPath + path.slice(nearest.path.replace(/\/$/, '').length))} on the node)`;
}
