/** Matchers of labels, as Alertmanager's files and as the Prometheus Operator's objects have them. */

/** One matcher. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** The label has the value. */
export function is(name: string, value: string): Matcher {
  return { name, op: '=', value };
}

/** The label has another value. */
export function isNot(name: string, value: string): Matcher {
  return { name, op: '!=', value };
}

/** The label has one of the values, which are words. */
export function anyOf(name: string, values: readonly string[]): Matcher {
  return { name, op: '=~', value: values.join('|') };
}

/** The label has none of them. */
export function notAnyOf(name: string, values: readonly string[]): Matcher {
  return { name, op: '!~', value: values.join('|') };
}

/** As a configuration file has it. */
export function sayMatcher({ name, op, value }: Matcher): string {
  return `${name}${op}${JSON.stringify(value)}`;
}

/** As an AlertmanagerConfig has it. */
export function objectMatcher({ name, op, value }: Matcher): object {
  return { name, matchType: op, value };
}
