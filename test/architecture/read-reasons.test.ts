import { expect, it } from 'vitest';
import { readReasons } from './read-reasons.ts';

const text = `{
  "rules": {
    // First line
    // and second.
    "a": "error",
    // Switched off.
    "b": "off"
  },
  "overrides": [
    {
      "rules": {
        // Elsewhere.
        "c/d": ["error", 1],
        "a": "off"
      }
    }
  ]
}`;

it('reads every rule that is on, with the comment above its first mention', () => {
  expect([...readReasons(text)]).toEqual([
    ['a', 'First line and second.'],
    ['c/d', 'Elsewhere.'],
  ]);
});

it('refuses a rule that does not say why it exists', () => {
  expect(() => readReasons('{\n  "rules": {\n    "a": "error"\n  }\n}')).toThrow(
    'rule a has no comment above it that says why it exists',
  );
});
