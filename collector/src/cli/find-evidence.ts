/** Finds what a node's detail tells beyond what is watched: who holds what its daemon was refused for. */
import type { NodeDetail, ReasonCode } from '@rollcall/contract';
import { createTenantLookUp, type Tenancy } from '../control/look-up-tenants.ts';
import { createRecall } from '../control/recall.ts';
import type { FindEvidence } from '../http/answers.ts';
import type { Connection } from '@rollcall/kube';
import { describePortHolders, describeRoom } from './describe-tenants.ts';

const DESCRIBERS: Partial<Record<ReasonCode, (tenancy: Tenancy) => readonly string[]>> = {
  PortConflict: describePortHolders,
  InsufficientResources: describeRoom,
};

/** An answer is as good as new for so long: whoever reloads a page costs nothing. */
const KEPT_MS = 5_000;
/** One that could not be had is asked for again sooner. */
const FAILED_MS = 1_000;
const MOST_KEPT = 200;

/** Looks up by that connection. What it answers never rejects. */
export function createEvidence(connection: Connection): FindEvidence {
  const lookUp = createTenantLookUp(connection);
  const nowMs = (): number => connection.clock.monoMs();
  const known = createRecall<Evidence>({ most: MOST_KEPT, nowMs, keepMs: ({ ok }) => (ok ? KEPT_MS : FAILED_MS) });
  const find = async (node: string, pod: string, code: ReasonCode): Promise<Evidence> => {
    const [namespace = '', name = ''] = pod.split('/');
    const found = await lookUp({ node, namespace, pod: name });
    if ('why' in found) return { ok: false, lines: [`who holds it could not be looked up: ${found.why}`] };
    return { ok: true, lines: DESCRIBERS[code]?.(found) ?? [] };
  };
  return async (detail) => {
    const { node, pod } = detail;
    const codes = describedCodes(detail);
    if (pod === null) return [];
    const found = await Promise.all(
      codes.map((code) => known.recall(`${node} ${pod} ${code}`, () => find(node, pod, code))),
    );
    return found.flatMap(({ lines }) => lines);
  };
}

interface Evidence {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

function describedCodes({ reason, findings }: NodeDetail): readonly ReasonCode[] {
  const told = new Set([reason, ...findings.map(({ code }) => code)]);
  return (Object.keys(DESCRIBERS) as ReasonCode[]).filter((code) => told.has(code));
}
