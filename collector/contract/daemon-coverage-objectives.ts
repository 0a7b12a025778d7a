/** Objectives as a policy writes them: what is aimed at, over which window. */
import { z } from 'zod';
import { setOf, textOf, withRules } from './daemon-coverage-fields.ts';
import { OWNERS } from './health-words.ts';
import { CALENDAR_UNITS } from './policy.ts';
import { SLIS, type SliName } from './slis.ts';

const units = CALENDAR_UNITS.join(', ');

const window = textOf({
  pattern: `^(([1-9]|[1-8][0-9]|90)d|${CALENDAR_UNITS.join('|')})$`,
  max: 8,
  message: `is neither a number of days from 1d to 90d nor one of ${units}`,
  mend: 'write whole days, such as 7d or 30d, or a calendar unit, such as Month',
});

// Whether there is such a zone the collector says: an API server may have no list of them. Abbreviations are left out, since EST knows no summer.
const timeZone = textOf({
  pattern: '^(UTC|[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2})$',
  max: 64,
  message: 'is not the name of a time zone',
  mend: 'write UTC, or a name of the IANA list with its area, such as Europe/Berlin',
});

/** One objective. */
export const objective = withRules(
  z.strictObject({
    sli: z
      .enum(Object.keys(SLIS) as [SliName, ...SliName[]])
      .describe(`Service level indicator: ${Object.keys(SLIS).join(', ')}.`),
    target: z.number().gt(50).max(99.999).describe('Target in percent: above 50, at most 99.999.'),
    window: window
      .describe(`Rolling window in whole days, 1d to 90d; or the calendar's ${units}, from its beginning on.`)
      .default('30d'),
    timeZone: timeZone
      .describe('IANA time zone in which a calendar window begins, such as Europe/Berlin. UTC if absent.')
      .exactOptional(),
    owners: setOf(z.enum(OWNERS), OWNERS.length, 1)
      .describe(`Owners whose uncovered time alone counts as bad (${OWNERS.join(', ')}). All owners if absent.`)
      .exactOptional(),
  }),
  [
    {
      cel: `!has(self.timeZone) || !self.window.endsWith('d')`,
      field: 'timeZone',
      reads: ['timeZone', 'window'],
      message: 'is of no use to a rolling window',
      mend: `remove it, or write one of ${units} as the window`,
      holds: ({ timeZone: zone, window: length }) => zone === undefined || !length.endsWith('d'),
    },
    {
      cel: `!has(self.owners) || self.sli == 'coverage'`,
      field: 'owners',
      reads: ['owners', 'sli'],
      message: 'is for coverage alone',
      mend: 'remove it: only the time that nodes are uncovered has an owner',
      holds: ({ owners, sli }) => owners === undefined || sli === 'coverage',
    },
  ],
);
