/** The flag --connection: the backends of telemetry that policies ask by name, and what opens them. */

/** A backend as the flag names it. Credentials come from files alone, which are read again for each request. */
export interface ConnectionConfig {
  readonly name: string;
  readonly type: 'prometheus' | 'loki';
  /** http or https, without credentials, query and trailing slash. */
  readonly url: string;
  /** A file with a bearer token. */
  readonly tokenFile: string | undefined;
  /** A file with the certificates (PEM) that may sign that of the backend; the system's without it. */
  readonly caFile: string | undefined;
  /** Sent as X-Scope-OrgID, by which Loki and Mimir tell their tenants. */
  readonly tenant: string | undefined;
}

/** The connections that the flags name, or every fault in them: flag, value and mend in one line each. */
export interface ConnectionFlags {
  readonly connections: readonly ConnectionConfig[];
  readonly faults: readonly string[];
}

/** How the flag is written, for help texts and mends. */
export const CONNECTION_FORM = 'NAME=prometheus|loki,URL[,token-file=FILE][,ca-file=FILE][,tenant=ID]';

/** Reads the values of all --connection flags. Never throws. */
export function parseConnections(values: readonly string[]): ConnectionFlags {
  const parsed = values.map(parseConnection);
  const names = parsed.map(({ connection }) => connection.name);
  const twice = values.filter((_, index) => names.indexOf(names[index] ?? '') < index);
  const faults = [
    ...parsed.flatMap((own) => own.faults),
    ...twice.map((value) => fault(value, 'has the name of another one', 'give each connection a name of its own')),
  ];
  return { connections: parsed.map(({ connection }) => connection), faults };
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const OPTIONS = ['token-file', 'ca-file', 'tenant'] as const;

type Option = (typeof OPTIONS)[number];

interface Parsed {
  readonly connection: ConnectionConfig;
  readonly faults: readonly string[];
}

function parseConnection(value: string): Parsed {
  const split = value.indexOf('=');
  const name = split < 0 ? '' : value.slice(0, split);
  const [type = '', url = '', ...rest] = value.slice(split + 1).split(',');
  const { options, faults } = readOptions(value, rest);
  const connection: ConnectionConfig = {
    name,
    type: type === 'loki' ? 'loki' : 'prometheus',
    url: url.replace(/\/+$/, ''),
    tokenFile: options.get('token-file'),
    caFile: options.get('ca-file'),
    tenant: options.get('tenant'),
  };
  if (split < 0) return { connection, faults: [fault(value, 'has no "="', `write ${CONNECTION_FORM}`)] };
  return { connection, faults: [...findBadHead(value, { name, type }), ...findBadUrl(value, connection), ...faults] };
}

function readOptions(
  value: string,
  parts: readonly string[],
): { readonly options: ReadonlyMap<Option, string>; readonly faults: readonly string[] } {
  const options = new Map<Option, string>();
  const faults: string[] = [];
  for (const part of parts) {
    const option = OPTIONS.find((known) => part.startsWith(`${known}=`));
    const text = part.slice((option?.length ?? 0) + 1);
    if (option === undefined) faults.push(fault(value, `has "${part}"`, `use one of ${OPTIONS.join('=, ')}=`));
    else if (options.has(option)) faults.push(fault(value, `has ${option} twice`, 'give it once'));
    else if (text === '') faults.push(fault(value, `has no value for ${option}`, 'give one, or leave it out'));
    else if (option === 'tenant' && !/^[\x21-\x7e]{1,150}$/.test(text))
      faults.push(fault(value, `has the tenant "${text}"`, 'use 1 to 150 plain characters without spaces'));
    if (option !== undefined) options.set(option, text);
  }
  return { options, faults };
}

function findBadHead(value: string, { name, type }: { readonly name: string; readonly type: string }): string[] {
  const faults = [];
  if (!NAME.test(name))
    faults.push(fault(value, `has the name "${name}"`, "use 1 to 253 lower-case letters, digits, '-' and '.'"));
  if (type !== 'prometheus' && type !== 'loki')
    faults.push(fault(value, `has the type "${type}"`, `use prometheus or loki: ${CONNECTION_FORM}`));
  return faults;
}

const EXAMPLE = 'for example http://loki.monitoring.svc:3100';

function findBadUrl(value: string, { url, tokenFile }: ConnectionConfig): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    return [fault(value, `has the URL "${url}"`, `write http:// or https:// and the host, ${EXAMPLE}`)];
  if (parsed.username !== '' || parsed.password !== '')
    return [fault(hide(value), 'has credentials in its URL', 'put a token into a file and name it with token-file=')];
  if (parsed.search !== '' || parsed.hash !== '')
    return [fault(value, 'has more than a path in its URL', `leave out what begins with ? or #, ${EXAMPLE}`)];
  const isOwn = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (tokenFile !== undefined && parsed.protocol === 'http:' && !isOwn)
    return [fault(value, 'would send its token in the clear', 'use https://, or leave token-file out')];
  return [];
}

/** What was given by mistake must not end in a log. */
function hide(value: string): string {
  return value.replace(/\/\/[^@/]*@/, '//***@');
}

function fault(value: string, wrong: string, mend: string): string {
  return `--connection: "${value}" ${wrong}; ${mend}`;
}
