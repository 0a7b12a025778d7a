/** The flag --alertmanager: where silences are kept while planned work is done. */

/** An Alertmanager as the flag names it. Credentials come from files alone, which are read again for each request. */
export interface AlertmanagerConfig {
  /** http or https, without credentials, query and trailing slash. */
  readonly url: string;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
}

/** What the flag says, or every fault in it: flag, value and mend in one line each. */
export interface AlertmanagerFlag {
  readonly alertmanager: AlertmanagerConfig | undefined;
  readonly faults: readonly string[];
}

const FORM = 'URL[,token-file=FILE][,ca-file=FILE]';

/** Reads the flag; without a value there is none. Never throws. */
export function parseAlertmanager(value: string | undefined): AlertmanagerFlag {
  if (value === undefined) return { alertmanager: undefined, faults: [] };
  const [url = '', ...options] = value.split(',');
  const known = new Map(options.map((option) => [option.split('=')[0], option.slice(option.indexOf('=') + 1)]));
  const alertmanager = {
    url: url.replace(/\/+$/, ''),
    tokenFile: known.get('token-file'),
    caFile: known.get('ca-file'),
  };
  const faults = [...findUrlFaults(alertmanager), ...options.flatMap(findOptionFaults)];
  return { alertmanager, faults: faults.map((fault) => `--alertmanager: "${hide(value)}" ${fault}`) };
}

function findUrlFaults({ url, tokenFile }: AlertmanagerConfig): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return [`has no URL; write ${FORM}, for example http://alertmanager.monitoring.svc:9093`];
  if (parsed.username + parsed.password !== '')
    return ['has credentials in its URL; put a token into a file and name it with token-file='];
  if (parsed.search + parsed.hash !== '') return ['has more than a path in its URL; leave out what begins with ? or #'];
  const isOwn = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (tokenFile !== undefined && parsed.protocol === 'http:' && !isOwn)
    return ['would send its token in the clear; use https://, or leave token-file out'];
  return [];
}

function findOptionFaults(option: string): readonly string[] {
  return /^(token-file|ca-file)=./.test(option) ? [] : [`has "${option}"; write ${FORM}`];
}

/** What was given by mistake must not end in a log. */
function hide(value: string): string {
  return value.replace(/\/\/[^@/]*@/, '//***@');
}
