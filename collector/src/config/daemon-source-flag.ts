/** The flag --daemon-source: where the Daemons of a named source live, and which of them count. */
import { LOCAL_SOURCE } from '@rollcall/contract';

/** A source as the flag names it. */
export interface DaemonSourceConfig {
  readonly name: string;
  /** Undefined for the API server that the collector watches anyway. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly scope: {
    readonly workloadIdPrefix: string;
    readonly labelSelector: string;
    readonly metadata: readonly { readonly name: string; readonly value: string }[];
  };
}

/** The sources that the flags name and the one that needs none, or every fault in them: flag, value and mend in one line each. */
export interface DaemonSourceFlags {
  readonly sources: readonly DaemonSourceConfig[];
  readonly faults: readonly string[];
}

/** How the flag is written, for help texts and mends. */
export const DAEMON_SOURCE_FORM =
  'NAME=KUBECONFIG[,context=CONTEXT][,workload-id-prefix=PREFIX][,label-selector=SELECTOR][,metadata=KEY=VALUE]';

/** Reads the values of all --daemon-source flags. Never throws. */
export function parseDaemonSources(values: readonly string[]): DaemonSourceFlags {
  const parsed = values.map(parseSource);
  const names = parsed.map(({ source }) => source.name);
  const twice = values.filter((_, index) => names.indexOf(names[index] ?? '') < index);
  const faults = [
    ...parsed.flatMap((own) => own.faults),
    ...twice.map((value) => fault(value, 'has the name of another one', 'give each source a name of its own')),
  ];
  const sources = parsed.map(({ source }) => source);
  return { sources: names.includes(LOCAL_SOURCE) ? sources : [...sources, LOCAL], faults };
}

const LOCAL: DaemonSourceConfig = {
  name: LOCAL_SOURCE,
  kubeconfig: undefined,
  context: undefined,
  scope: { workloadIdPrefix: '', labelSelector: '', metadata: [] },
};

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const OPTIONS = ['context', 'workload-id-prefix', 'label-selector', 'metadata'] as const;

type Option = (typeof OPTIONS)[number];

interface Parsed {
  readonly source: DaemonSourceConfig;
  readonly faults: readonly string[];
}

function parseSource(value: string): Parsed {
  const [head = '', ...rest] = value.split(',');
  const split = head.indexOf('=');
  const name = split < 0 ? head : head.slice(0, split);
  const { options, faults } = readOptions(value, rest);
  const one = (option: Option): string => options.find(([key]) => key === option)?.[1] ?? '';
  const pairs = options.filter(([key]) => key === 'metadata').map(([, text]) => text);
  const source = {
    name,
    kubeconfig: split < 0 ? undefined : head.slice(split + 1) || undefined,
    context: one('context') || undefined,
    scope: {
      workloadIdPrefix: one('workload-id-prefix'),
      labelSelector: one('label-selector'),
      metadata: pairs.map((text) => ({
        name: text.slice(0, text.indexOf('=')),
        value: text.slice(text.indexOf('=') + 1),
      })),
    },
  };
  return { source, faults: [...findBadHead(value, name, split), ...faults, ...findBadOptions(value, options)] };
}

type Options = readonly (readonly [option: Option, text: string])[];

/** Selectors have commas of their own: what begins with no option goes on with the selector before it. */
function readOptions(
  value: string,
  parts: readonly string[],
): { readonly options: Options; readonly faults: string[] } {
  const options: [Option, string][] = [];
  const faults: string[] = [];
  for (const part of parts) {
    const option = OPTIONS.find((known) => part.startsWith(`${known}=`));
    const last = options.at(-1);
    if (option !== undefined) options.push([option, part.slice(option.length + 1)]);
    else if (last?.[0] === 'label-selector') last[1] += `,${part}`;
    else faults.push(fault(value, `has "${part}"`, `use one of ${OPTIONS.join('=, ')}=`));
  }
  return { options, faults };
}

function findBadHead(value: string, name: string, split: number): readonly string[] {
  if (split < 0) return [fault(value, 'has no "="', `write ${DAEMON_SOURCE_FORM}`)];
  if (NAME.test(name)) return [];
  return [fault(value, `has the name "${name}"`, "use 1 to 253 lower-case letters, digits, '-' and '.'")];
}

const LABEL = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const VALUE = '[-A-Za-z0-9_.]*';
const SET = `\\(\\s*${VALUE}\\s*(,\\s*${VALUE}\\s*)*\\)`;
const REQUIREMENT = `\\s*(!\\s*${LABEL}|${LABEL}(\\s*(=|==|!=)\\s*${VALUE}|\\s+(in|notin)\\s+${SET})?)\\s*`;
const SELECTOR = new RegExp(`^${REQUIREMENT}(,${REQUIREMENT})*$`);

function findBadOptions(value: string, options: Options): readonly string[] {
  const twice = options.filter(
    ([option], index) => option !== 'metadata' && options.findIndex(([other]) => other === option) < index,
  );
  return [
    ...twice.map(([option]) => fault(value, `has ${option} twice`, 'give it once')),
    ...options.flatMap(([option, text]) => {
      if (text === '') return [fault(value, `has no value for ${option}`, 'give one, or leave it out')];
      if (option === 'metadata' && !/^[^=]+=./.test(text))
        return [
          fault(
            value,
            `has metadata "${text}"`,
            'write metadata=KEY=VALUE, for example metadata=awsiid:region=eu-west-1',
          ),
        ];
      if (option === 'label-selector' && !SELECTOR.test(text))
        return [
          fault(value, `has the label selector "${text}"`, 'write it as kubectl does, for example cluster=prod-1'),
        ];
      return [];
    }),
  ];
}

function fault(value: string, wrong: string, mend: string): string {
  return `--daemon-source: "${value}" ${wrong}; ${mend}`;
}
