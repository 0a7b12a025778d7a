/** Projects a core/v1 Event as parsed to the fields that Rollcall keeps; the server shows those of events.k8s.io/v1 in the same form. */
import type { KubeEventObject } from '@rollcall/contract';
import { readCount, readFields, readMessage, readString, readTime, type Fields, type Interner } from './read-field.ts';
import { identify } from './read-metadata.ts';

/** The event in short; throws only if it has no uid or name. */
export function projectKubeEvent(raw: unknown, intern: Interner): KubeEventObject {
  const { fields, metadata, uid, name } = identify('Event', raw);
  const involved = readFields(fields, 'involvedObject');
  const series = readFields(fields, 'series');
  return {
    uid,
    name,
    namespace: intern(readString(metadata, 'namespace')),
    involvedUid: readString(involved, 'uid'),
    involvedKind: intern(readString(involved, 'kind')),
    involvedName: readString(involved, 'name'),
    reason: intern(readString(fields, 'reason')),
    message: readMessage(fields, 'message', intern),
    type: intern(readString(fields, 'type')),
    count: Math.max(1, readCount(fields, 'count'), readCount(series, 'count')),
    ...readTimes(fields, series),
    component: intern(
      readString(fields, 'reportingComponent') || readString(readFields(fields, 'source'), 'component'),
    ),
  };
}

/** Recorders of core/v1 write the first and the last time, those of events.k8s.io/v1 the first and that of the series. */
function readTimes(fields: Fields, series: Fields): Pick<KubeEventObject, 'firstAt' | 'lastAt'> {
  const eventTime = readTime(fields, 'eventTime');
  const firstAt = readTime(fields, 'firstTimestamp') ?? eventTime;
  const times = [readTime(fields, 'lastTimestamp'), readTime(series, 'lastObservedTime'), eventTime, firstAt];
  const known = times.filter((time) => time !== undefined);
  return { firstAt, lastAt: known.length === 0 ? undefined : Math.max(...known) };
}
