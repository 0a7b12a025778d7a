/** Durations for people: the two largest units, cut, not rounded. */

/** `2 d 3 h`, `12 min`, `45 s`; below a second `0 s`. Seconds beside minutes tell nobody anything. */
export function sayDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min`;
  if (hours < 24) return join(`${hours} h`, minutes % 60, 'min');
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

function join(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`;
}
