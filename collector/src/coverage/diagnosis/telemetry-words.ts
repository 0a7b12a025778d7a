/** What a daemon says of its telemetry and errors, in words. */
import type { Subject } from '../subject.ts';
import { quote } from './wording.ts';

/** `; logs: 7 dropped, buffer 93 % full` of the components with something to tell, and the newest error; '' without any. */
export function describeTelemetry({ heartbeat }: Subject): string {
  const report = heartbeat?.report;
  const parts = (report?.object.telemetry ?? []).flatMap(({ component, dropped, bufferFill }) => {
    const words = [
      ...(dropped > 0 ? [`${dropped} dropped`] : []),
      ...(bufferFill === undefined ? [] : [`buffer ${Math.round(bufferFill * 100)} % full`]),
    ];
    return words.length === 0 ? [] : [`; ${component}: ${words.join(', ')}`];
  });
  const failing = report?.failing;
  return parts.join('') + (failing === undefined ? '' : `; last error of ${describeError(failing.newest)}`);
}

/** `COMPONENT: "its own words"`. */
export function describeError({ component, last }: { readonly component: string; readonly last: string }): string {
  return last === '' ? component : `${component}: ${quote(last)}`;
}
