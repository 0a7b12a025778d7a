/** Time zones of objectives: whether there is one of that name only the list of the running program tells, no schema. */
import { faultAt, POLICY_KIND, valueAt, type PolicyFault } from '@rollcall/contract';

/** Faults of the zones that look like one and are none; none for a document of another kind. */
export function findUnknownZones(document: unknown): readonly PolicyFault[] {
  const objectives = valueAt(document, ['spec', 'objectives']);
  if (valueAt(document, ['kind']) !== POLICY_KIND || !Array.isArray(objectives)) return [];
  return objectives.flatMap((_, index) => {
    const path = ['spec', 'objectives', index, 'timeZone'];
    const zone = valueAt(document, path);
    if (typeof zone !== 'string' || !looksLikeOne(zone)) return [];
    const known = spell(zone);
    if (known === undefined)
      return [faultAt(document, path, { message: 'is not a time zone that is known', mend: mendOf(zone) })];
    // Prometheus and Alertmanager look zones up letter by letter.
    const misspelt = known !== zone && known.toLowerCase() === zone.toLowerCase();
    return misspelt ? [faultAt(document, path, { message: 'is not spelt so', mend: `write ${known}` })] : [];
  });
}

/** What else is written there the schema refuses. */
function looksLikeOne(zone: string): boolean {
  return /^[A-Z][A-Za-z0-9_+-]*(?:[/][A-Za-z0-9_+-]+){1,2}$/.test(zone) && zone.length <= 64;
}

function spell(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function mendOf(zone: string): string {
  const city = zone.split('/').at(-1)?.toLowerCase();
  const same = Intl.supportedValuesOf('timeZone').find((name) => name.split('/').at(-1)?.toLowerCase() === city);
  return same === undefined ? 'write a name of the IANA list, such as Europe/Berlin' : `write ${same}`;
}
