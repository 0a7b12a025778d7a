/** String formats that the API server checks; every other format is not checked there either. */

const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DURATION =
  /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^\d+\s*(w|d|wk|week|weeks|day|days|hours?|minutes?|seconds?)$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const CHECKS = new Map<string, (text: string) => boolean>([
  ['date-time', (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text))],
  ['date', (text) => DATE.test(text) && !Number.isNaN(Date.parse(text))],
  ['duration', (text) => DURATION.test(text)],
  ['uuid', (text) => UUID.test(text)],
  ['ipv4', (text) => IPV4.test(text)],
  ['byte', (text) => BASE64.test(text)],
]);

/** True when the text has the format, or nobody checks that format. */
export function matchesFormat(text: string, format: string): boolean {
  return CHECKS.get(format)?.(text) ?? true;
}
