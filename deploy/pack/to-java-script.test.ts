import { expect, it } from 'vitest';
import { planFiles } from './plan-files.ts';
import { toJavaScript } from './to-java-script.ts';

const files = planFiles([
  'collector/bin/rollcall.js',
  'collector/contract/index.ts',
  'collector/contract/words.ts',
  'collector/kube/index.ts',
  'collector/package.json',
  'collector/src/journal/worker.ts',
  'collector/src/main.ts',
  'collector/src/main.test.ts',
  'collector/src/test-nodes.ts',
  'collector/src/hostile.cases.ts',
  'collector/src/page/page.html',
]);

it('packs what ships, and nothing that is written for tests', () => {
  expect(Object.fromEntries(files)).toEqual({
    'collector/bin/rollcall.js': 'bin/rollcall.js',
    'collector/contract/index.ts': 'dist/contract/index.js',
    'collector/contract/words.ts': 'dist/contract/words.js',
    'collector/kube/index.ts': 'dist/kube/index.js',
    'collector/src/journal/worker.ts': 'dist/journal/worker.js',
    'collector/src/main.ts': 'dist/main.js',
    'collector/src/page/page.html': 'dist/page/page.html',
  });
});

it.each([
  [
    'a door',
    'collector/src/main.ts',
    `import { WORDS } from '@rollcall/contract';`,
    `import { WORDS } from './contract/index.js';`,
  ],
  [
    'a door from another package',
    'collector/kube/index.ts',
    `export { A } from '@rollcall/contract';`,
    `export { A } from '../contract/index.js';`,
  ],
  [
    'a file beside it',
    'collector/contract/index.ts',
    `export { A } from "./words.ts";`,
    `export { A } from "./words.js";`,
  ],
  ['the program', 'collector/bin/rollcall.js', `import('../src/main.ts');`, `import('../dist/main.js');`],
  [
    'a worker',
    'collector/src/main.ts',
    `new URL('./journal/worker.ts', import.meta.url);`,
    `new URL('./journal/worker.js', import.meta.url);`,
  ],
  [
    'an asset',
    'collector/src/main.ts',
    `new URL('./page/page.html', import.meta.url);`,
    `new URL('./page/page.html', import.meta.url);`,
  ],
  [
    'what only looks like a path',
    'collector/src/main.ts',
    `say('./elsewhere.ts', '@rollcall/agent');`,
    `say('./elsewhere.ts', '@rollcall/agent');`,
  ],
])('leads to %s', (_what, source, code, packed) => {
  expect(toJavaScript(code, source, files)).toBe(packed);
});

it('blanks the types and keeps the lines', () => {
  expect(toJavaScript('type A = 1;\nconst a: A = 1;', 'collector/src/main.ts', files).split('\n')).toEqual([
    '           ',
    'const a    = 1;',
  ]);
});
