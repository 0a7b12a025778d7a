/** Reads the rules of a configuration file, each with the comment above it: its reason. */

interface Configuration {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly overrides?: readonly { readonly rules: Readonly<Record<string, unknown>> }[];
}

/**
 * Every rule that JSON with whole-line comments switches on, with the comment right above its first mention.
 * Throws for a rule without a comment: every rule says why it exists.
 */
export function readReasons(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => line.trim());
  const { rules, overrides = [] } = JSON.parse(lines.filter((line) => !isComment(line)).join('\n')) as Configuration;
  const settings = [rules, ...overrides.map((override) => override.rules)].flatMap((block) => Object.entries(block));
  const names = settings.filter(([, setting]) => setting !== 'off').map(([name]) => name);
  return new Map(names.map((name) => [name, readReason(lines, name)]));
}

function readReason(lines: readonly string[], rule: string): string {
  const at = lines.findIndex((line) => line.startsWith(`"${rule}":`));
  const above = lines.slice(0, at);
  const reason = above.slice(above.findLastIndex((line) => !isComment(line)) + 1);
  if (reason.length === 0) throw new Error(`rule ${rule} has no comment above it that says why it exists`);
  return reason.map((line) => line.slice(2).trim()).join(' ');
}

function isComment(line: string): boolean {
  return line.startsWith('//');
}
