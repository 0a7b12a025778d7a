/** The window of an objective as its policy writes it. */
import type { Objective } from '@rollcall/contract';

/** Such as 30d, or Month. */
export function sayWindow({ windowMs, calendar }: Pick<Objective, 'windowMs' | 'calendar'>): string {
  return calendar?.unit ?? `${windowMs / 86_400_000}d`;
}
