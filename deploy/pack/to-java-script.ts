/** Makes JavaScript of a module: its types go, and its imports lead to where the files now lie. */
import { stripTypeScriptTypes } from 'node:module';
import { posix } from 'node:path';
import type { FilePlan } from './plan-files.ts';

const DOORS: Readonly<Record<string, string>> = {
  '@rollcall/alerts': 'alerts/src/index.ts',
  '@rollcall/contract': 'collector/contract/index.ts',
  '@rollcall/dashboards': 'dashboards/src/index.ts',
  '@rollcall/kube': 'collector/kube/index.ts',
};
const QUOTED_PATH = /(?<quote>['"])(?<path>\.{1,2}\/[^'"\n]+|@rollcall\/[a-z]+)\k<quote>/g;

/** The module `source` as JavaScript; every quoted path that names a file of the plan is rewritten, be it imported or loaded by URL. */
export function toJavaScript(code: string, source: string, files: FilePlan): string {
  // Types are blanked and lines kept, so that stack traces name the lines of the repository.
  const javaScript = source.endsWith('.ts') ? stripTypeScriptTypes(code, { mode: 'strip' }) : code;
  return javaScript.replace(QUOTED_PATH, (quoted: string, quote: string, path: string) => {
    const target = files.get(DOORS[path] ?? posix.join(posix.dirname(source), path));
    return target === undefined ? quoted : quote + relativePath(files.get(source) ?? '', target) + quote;
  });
}

function relativePath(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}
