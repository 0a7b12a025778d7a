/** What the generators read: policies and maintenance windows in files, and flags that they have in common. */
import type { Policy } from '@rollcall/contract';
import { loadPolicyTexts } from '../config/policy-load.ts';
import { readPolicyTexts, sayFaults } from '../config/policy-text.ts';
import type { PlannedWindow } from '../config/window-document.ts';
import type { Io } from './command.ts';

/** Documents that are all valid. */
interface PolicyDocuments {
  readonly policies: readonly Policy[];
  readonly windows: readonly PlannedWindow[];
}

/** What is read, and the namespace whose documents may be about others. */
interface Sources {
  readonly policies: readonly string[];
  readonly namespace: string;
  /** Whether windows without a policy are something; false if absent. */
  readonly windowsAlone?: boolean;
}

/** What these files hold. Throws with all that is wrong with any of them, and if no policy is there. */
export async function readPolicies(
  { policies, namespace, windowsAlone = false }: Sources,
  io: Io,
): Promise<PolicyDocuments> {
  if (policies.length === 0)
    throw new Error('--policies is missing: name files or folders with policies, or - for standard input');
  const files = await loadPolicyTexts(policies.filter((path) => path !== '-'));
  const texts = policies.includes('-') ? [...files, { file: '-', text: await io.readStdin() }] : files;
  const { accepted, windows, rejected } = readPolicyTexts(texts, { cluster: '', collectorNamespace: namespace });
  const faults = rejected.flatMap(sayFaults);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  if (accepted.length === 0 && !(windowsAlone && windows.length > 0))
    throw new Error(
      `${policies.join(', ')}: no policy is there${windows.length > 0 ? ', only maintenance windows; name the files of policies too' : ''}`,
    );
  return { policies: accepted.map(({ policy }) => policy), windows: windows.map(({ window }) => window) };
}

/** What Kubernetes takes as the value of a label. */
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** NAME=VALUE pairs; throws for what is none. */
export function readLabels(labels: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    labels.map((label) => {
      const [name = '', ...parts] = label.split('=');
      if (name === '' || parts.length === 0) throw new Error(`--label: "${label}" is not NAME=VALUE`);
      const value = parts.join('=');
      if (!LABEL_VALUE.test(value))
        throw new Error(
          `--label: "${value}" is no value of a label: up to 63 letters, digits, -, _ and . between two of the first`,
        );
      return [name, value];
    }),
  );
}

/** By how much waits are divided; throws for what is no number from 1 to 3600. */
export function readSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed >= 1 && speed <= 3600)) throw new Error(`--speed: "${text}" is no number from 1 to 3600`);
  return speed;
}
