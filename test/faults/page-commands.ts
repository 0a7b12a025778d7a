/** Runs the commands by which a runbook page lets people see its code, in the scene of that code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runbookOf, type FindingCode, type ReasonCode } from '@rollcall/contract';
import { waitFor, type Ended } from '../control-plane/index.ts';
import type { Scene } from './scene.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The lines of a page's section "Confirm" that ask kubectl, without what is to be compared with them. */
export function listCommands(code: ReasonCode | FindingCode): readonly string[] {
  const text = readFileSync(join(ROOT, runbookOf(code)), 'utf8');
  const [, section = ''] = text.split('\n## Confirm\n');
  const [confirm = ''] = section.split('\n## ');
  const blocks = [...confirm.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block.split('\n'));
  return blocks
    .flat()
    .filter((line) => line.startsWith('kubectl '))
    .map((line) => line.replace(/; date .*$/, ''));
}

/** What only a kubelet, the metrics API or the vendor's own control plane answers: there no more can be asked than that kubectl knows the words. */
const NOT_HERE =
  /^kubectl (?:logs|exec|debug|run|top) |\/proxy\/|claims\.core\.riptides\.io|verifiers\.auth\.riptides\.io/;
const MISUSED = /unknown (?:flag|shorthand|command)|error: (?:invalid|unexpected|error parsing)|^Usage:|--help/m;
/** The answer to the question whether a rollout is done. */
const NOT_DONE = /timed out waiting for the condition/;

/** The scheduler and the controller manager of the tests elect nobody, so that their Leases are not there. */
const UNELECTED = /get lease kube-(?:scheduler|controller-manager) /;

/** A pod that failed is made anew under another name: a command about one that just went is asked again of the one that is there now. */
const TRIES = 4;

/** Runs them all; what did not go as it should, in words. */
export async function runCommands(scene: Scene, code: ReasonCode | FindingCode): Promise<readonly string[]> {
  const wrongs: string[] = [];
  for (const line of listCommands(code)) {
    const ended = await runCommand(scene, line, TRIES);
    if (ended !== undefined && !isFine(line, ended))
      wrongs.push(`exit ${ended.exitCode} of \`${line}\`: ${ended.output.trim().slice(0, 200)}`);
  }
  return wrongs;
}

async function runCommand(scene: Scene, line: string, tries: number): Promise<Ended | undefined> {
  const { namespace, nodes, stage } = scene;
  const [node = ''] = nodes;
  const podOf = async (): Promise<string | undefined> =>
    (await stage.collector.node(`${namespace}/agent`, node)).pod?.split('/')[1];
  const name = line.includes('$POD') ? await waitFor(podOf, { what: 'a pod for the command' }) : '';
  const environment = { NAMESPACE: namespace, DAEMONSET: 'agent', NODE: node, POD: name };
  const filled = line.replaceAll(/\b(?:SINK|WEBHOOK)_NAMESPACE\b/g, namespace);
  const ended = await stage.runLine?.(filled, environment);
  const isGone = name !== '' && ended?.output.includes(`pods "${name}" not found`);
  return isGone === true && tries > 1 ? runCommand(scene, line, tries - 1) : ended;
}

function isFine(line: string, { exitCode, output }: Ended): boolean {
  if (NOT_HERE.test(line)) return !MISUSED.test(output);
  if (UNELECTED.test(line)) return exitCode === 0 || output.includes('not found');
  return exitCode === 0 || (line.includes(' rollout status ') && NOT_DONE.test(output));
}
