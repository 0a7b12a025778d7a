/** Finds in protobuf the node that a pod's affinity names. */
import type { Wire } from '@rollcall/kube';
import { AFFINITY, NODE_AFFINITY, NODE_SELECTOR, REQUIREMENT, TERM } from './wire-fields.ts';

// The way from the affinity to the requirements on fields: each step is a field of the message before.
const WAY = [AFFINITY.nodeAffinity, NODE_AFFINITY.required, NODE_SELECTOR.terms, TERM.matchFields];

/** As daemon/util.GetTargetNodeName: the first In on metadata.name counts, and only with a single value; undefined without one. */
export function readWireTarget(wire: Wire, step = 0): string | undefined {
  if (step === WAY.length) return readRequirement(wire);
  let target: string | undefined;
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === WAY[step]) target ??= readWireTarget(wire, step + 1);
  }
  wire.leave(mark);
  return target;
}

function readRequirement(wire: Wire): string | undefined {
  let isName = false;
  let isIn = false;
  let count = 0;
  let value = '';
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === REQUIREMENT.key) isName = wire.isText('metadata.name');
    else if (field === REQUIREMENT.operator) isIn = wire.isText('In');
    else if (field === REQUIREMENT.values) {
      count++;
      value = wire.text();
    }
  }
  wire.leave(mark);
  if (!isName || !isIn) return undefined;
  return count === 1 ? value : '';
}
