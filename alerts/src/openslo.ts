/** What is common to both ways of OpenSLO v1 (github.com/OpenSLO/OpenSLO, README of v1): its headings, and how a window is written there. */
import type { CalendarUnit } from '@rollcall/contract';

/** The version that all documents are of. */
export const OPENSLO_VERSION = 'openslo/v1';

/** A calendar unit as OpenSLO's shorthand for durations has it. */
export const CALENDAR_DURATIONS: Readonly<Record<CalendarUnit, string>> = { Week: '1w', Month: '1M', Quarter: '1Q' };

/** A day on which each of the units began: Monday, first of a month and of a quarter. */
export const CALENDAR_START = '2024-01-01 00:00:00';

/** Text that is lost or refused on the way is told as one line each. */
export type Losses = readonly string[];
