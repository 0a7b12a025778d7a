/** The conformance suite: wire behaviour that the embedded API server shares with kube-apiserver 1.36, case by case. */
import { customResourceCases } from './conformance/custom-resources.cases.ts';
import { encodingCases } from './conformance/encodings.cases.ts';
import type { ConformanceCase } from './conformance/fixtures.ts';
import { listCases } from './conformance/lists.cases.ts';
import { patchCases } from './conformance/patches.cases.ts';
import { refusalCases } from './conformance/refusals.cases.ts';
import { watchCases } from './conformance/watches.cases.ts';
import { writeCases } from './conformance/writes.cases.ts';

/** All cases; each stands alone and may run beside the others. Those with `cel` hold on the real server only. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...listCases,
  ...watchCases,
  ...writeCases,
  ...patchCases,
  ...customResourceCases,
  ...refusalCases,
  ...encodingCases,
];
