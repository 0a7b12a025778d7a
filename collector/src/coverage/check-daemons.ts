/** The checks of the Daemon layer, cause before symptom. */
import type { Check } from '@rollcall/contract';
import { isHealthy } from './daemon-sight.ts';
import { daemonAmbiguous } from './diagnosis/daemon-ambiguous.ts';
import { daemonMissing } from './diagnosis/daemon-missing.ts';
import { describeDaemon, describeProbe } from './diagnosis/daemon-words.ts';
import type { Subject } from './subject.ts';

/** Who speaks for the node, then what it says. Without exactly one Daemon there is nothing else to check. */
export function checkDaemons(subject: Subject): readonly Check[] {
  const hit = daemonMissing(subject) ?? daemonAmbiguous(subject);
  const match = subject.daemon?.judged;
  if (match === undefined) return [{ check: 'Daemon', outcome: 'fail', seen: hit?.message ?? '' }];
  const { daemonHealth, driverHealth } = match.daemon.object;
  const stale = (subject.daemon?.matches.length ?? 0) - 1;
  const notes: readonly Check[] =
    stale === 0 ? [] : [{ check: 'other Daemons', outcome: 'note', seen: `${stale} stale of this node, left out` }];
  return [
    { check: 'Daemon', outcome: 'pass', seen: describeDaemon(match, subject) },
    ...notes,
    checkWord('daemonHealth', daemonHealth),
    checkWord('driverHealth', driverHealth),
    { check: 'last probe', outcome: match.fresh ? 'pass' : 'fail', seen: describeProbe(match, subject) },
  ];
}

function checkWord(check: string, word: string): Check {
  return { check, outcome: isHealthy(word) ? 'pass' : 'fail', seen: JSON.stringify(word) };
}
