/** Says whether a running collector is ready: as its watches are, with notes of what is near a limit. */
import type { Readiness } from '../http/answers.ts';
import type { ClusterWatch } from '../watch/cluster-watch.ts';
import type { LayerWatch } from '../watch/layer-watch.ts';
import type { LivePipeline } from './live-pipeline.ts';
import { readinessOf } from './watch-status.ts';
import { sayWindowsDown } from './windows-condition.ts';

/** Asked at each look; the watches of layers are told of and stand in nobody's way. */
export function readinessBy(
  { now }: LivePipeline,
  {
    watch,
    layers,
    notes,
  }: { readonly watch: ClusterWatch; readonly layers: LayerWatch; readonly notes: () => readonly string[] },
): () => Readiness {
  return () => ({
    ...readinessOf({ needed: watch.watches(), optional: layers.watches() }, now().wallMs),
    notes: [...notes(), ...asNote(sayWindowsDown(watch.watches()))],
  });
}

function asNote(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}
