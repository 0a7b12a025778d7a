/** Net: one layout for all files, by prettier, so that no diff is about white space. */
import { runTool, type Catch, type Net } from './net.ts';

const RULE = 'prettier';

/** The format net. */
export const formatNet: Net = {
  name: 'format',
  exact: true,
  readRules: async () => new Map([[RULE, 'one layout for all files, so that no diff is about white space']]),
  cast,
};

async function cast(root: string): Promise<Catch> {
  const { stdout, stderr } = await runTool(root, ['prettier/bin/prettier.cjs', '--list-different', '.']);
  if (stderr !== '') throw new Error(`prettier: ${stderr}`);
  const files = stdout.split('\n').filter((file) => file !== '');
  return {
    seen: 'every file that .prettierignore leaves',
    findings: files.map((file) => ({ rule: RULE, file, message: 'mend it with: npx prettier --write' })),
  };
}
