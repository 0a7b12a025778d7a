/** The recurrence rules of maintenance windows: the parts of RFC 5545's RRULE that planned work needs, and what is wrong with any other. */
import type { Wording } from './daemon-coverage-fields.ts';

const DAY = '(MO|TU|WE|TH|FR|SA|SU)';

/** What each part may hold, and how to write it. */
const PARTS = {
  FREQ: { pattern: '(DAILY|WEEKLY|MONTHLY)', mend: 'write DAILY, WEEKLY or MONTHLY' },
  INTERVAL: { pattern: '([1-9]|[1-9][0-9])', mend: 'write a whole number from 1 to 99' },
  BYDAY: {
    pattern: `([+-]?[1-5])?${DAY}(,([+-]?[1-5])?${DAY}){0,13}`,
    mend: 'write days such as MO,WE; with FREQ=MONTHLY also 2TU for the second Tuesday, or -1FR for the last Friday',
  },
  BYMONTHDAY: {
    pattern: '-?([1-9]|[12][0-9]|3[01])(,-?([1-9]|[12][0-9]|3[01])){0,30}',
    mend: 'write days of the month from 1 to 31, or from -1 for the last one',
  },
  BYHOUR: { pattern: '([01]?[0-9]|2[0-3])(,([01]?[0-9]|2[0-3])){0,23}', mend: 'write hours from 0 to 23' },
  BYMINUTE: { pattern: '[0-5]?[0-9](,[0-5]?[0-9]){0,11}', mend: 'write at most 12 minutes from 0 to 59' },
  COUNT: { pattern: '[1-9][0-9]{0,3}', mend: 'write a whole number from 1 to 9999' },
  UNTIL: {
    pattern: '[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z',
    mend: 'write the last moment in UTC, such as 20271231T235959Z',
  },
} as const satisfies Record<string, { readonly pattern: string; readonly mend: string }>;

const NAMES = Object.keys(PARTS);
const FORMS = new Map(Object.entries(PARTS).map(([name, { pattern }]) => [name, new RegExp(`^(${pattern})$`)]));

/** The longest rule that is read. */
export const RULE_CHARS = 512;

/** Every part in any order, for the API server; what parts mean together is said by RULE_CEL. */
export const RULE_PATTERN = `^(${joined()})(;(${joined()})){0,7}$`;

function joined(): string {
  return Object.entries(PARTS)
    .map(([name, { pattern }]) => `${name}=${pattern}`)
    .join('|');
}

/** What is wrong with the parts together: in CEL for the API server, and by the map of parts for files. */
const TOGETHER: readonly (Wording & {
  readonly cel: string;
  readonly isWrong: (parts: ReadonlyMap<string, string>) => boolean;
})[] = [
  {
    cel: "self.contains('FREQ=')",
    isWrong: (parts) => !parts.has('FREQ'),
    message: 'has no FREQ',
    mend: 'begin it with FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY',
  },
  {
    cel: "!(self.contains('COUNT=') && self.contains('UNTIL='))",
    isWrong: (parts) => parts.has('COUNT') && parts.has('UNTIL'),
    message: 'has both COUNT and UNTIL',
    mend: 'keep one of the two',
  },
  {
    cel: "self.contains('FREQ=MONTHLY') || !self.matches('[0-9](MO|TU|WE|TH|FR|SA|SU)')",
    isWrong: (parts) => parts.get('FREQ') !== 'MONTHLY' && /\d/.test(parts.get('BYDAY') ?? ''),
    message: 'numbers a day of the week without FREQ=MONTHLY',
    mend: 'write FREQ=MONTHLY, or the day without a number',
  },
  {
    cel: "self.contains('FREQ=MONTHLY') || !self.contains('BYMONTHDAY=')",
    isWrong: (parts) => parts.get('FREQ') !== 'MONTHLY' && parts.has('BYMONTHDAY'),
    message: 'has BYMONTHDAY without FREQ=MONTHLY',
    mend: 'write FREQ=MONTHLY, or leave BYMONTHDAY out',
  },
];

/** The rules of the API server for the parts together. */
export const RULE_CEL: readonly { readonly rule: string; readonly message: string }[] = TOGETHER.map(
  ({ cel, message, mend }) => ({ rule: cel, message: `${message}; ${mend}` }),
);

/** What is wrong with a rule, the first fault of each kind; none for one that can be followed. Never throws. */
export function findRuleFaults(rule: string): readonly Wording[] {
  if (rule.length > RULE_CHARS) return [{ message: `is longer than ${RULE_CHARS} characters`, mend: 'shorten it' }];
  const parts = rule.split(';').map((part) => part.split('='));
  const faults = parts.flatMap(([name = '', value, ...rest]) => findPartFaults(name, [value ?? '', ...rest].join('=')));
  if (faults.length > 0) return faults;
  const twice = parts.find(([name], index) => parts.findIndex(([other]) => other === name) < index);
  if (twice !== undefined) return [{ message: `has ${twice[0]} twice`, mend: 'keep one of the two' }];
  const known = new Map(parts.map(([name = '', value = '']) => [name, value]));
  return TOGETHER.flatMap(({ isWrong, message, mend }) => (isWrong(known) ? [{ message, mend }] : []));
}

function findPartFaults(name: string, value: string): readonly Wording[] {
  const form = FORMS.get(name);
  if (form === undefined) {
    const said = name === '' ? 'has an empty part' : `has the part ${name}, which is not read`;
    return [{ message: said, mend: `use ${NAMES.join(', ')}, each as NAME=VALUE with ; between` }];
  }
  if (form.test(value)) return [];
  const { mend } = PARTS[name as keyof typeof PARTS];
  return [{ message: `has ${name}=${value.slice(0, 40)}, which is not read`, mend }];
}
