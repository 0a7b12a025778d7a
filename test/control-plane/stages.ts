/** The Stages by which KWOK plays the kubelets: its own, but for pods that a test writes by hand. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';

/** An annotation of pods whose status KWOK leaves to the test; it still removes them when they are deleted. */
export const BY_HAND = 'rollcall.test/by-hand';

interface Stage {
  readonly spec: { readonly selector: { readonly matchExpressions: object[] } };
}

/** Writes KWOK's Stage files anew into the folder, each as it was but for that exception, and returns their paths. */
export async function writeStages(folder: string, files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      if (!file.endsWith('pod-ready.yaml')) return file;
      const stage = parse(await readFile(file, 'utf8')) as Stage;
      stage.spec.selector.matchExpressions.push({
        key: `.metadata.annotations["${BY_HAND}"]`,
        operator: 'DoesNotExist',
      });
      const path = join(folder, basename(file));
      await writeFile(path, stringify(stage));
      return path;
    }),
  );
}
