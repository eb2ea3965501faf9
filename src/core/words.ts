const KIB = 1024;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For instance `1 event`, `3 events`, `1,200 events`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numberWords(count)} ${count === 1 ? one : many}`;
}

/** A whole number with commas between its thousands. */
export function numberWords(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Bytes in the unit that keeps them short: `512 B`, `16 KiB`, `1.5 MiB`, `4 GiB`. */
export function byteWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= KIB && unit < units.length - 1) {
    value /= KIB;
    unit += 1;
  }
  const rounded = value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value);
  return `${rounded} ${units[unit]}`;
}

/** Milliseconds in the largest unit that fits: `40 s`, `12 min`, `3 h`, `2 d`. */
export function durationWords(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    const hours = `${Math.floor(ms / HOUR)} h`;
    return ms < 10 * HOUR && minutes > 0 ? `${hours} ${minutes} min` : hours;
  }
  return `${Math.floor(ms / DAY)} d`;
}

const PRECISIONS = { minute: 16, second: 19, millisecond: 23 } as const;

/**
 * A time in UTC as people see it everywhere: `09:28 UTC`, with its date where that is another one than at `now`. Both are
 * RFC 3339, or milliseconds since 1970.
 */
export function timeWords(
  at: string | number,
  now: string | number,
  precision: keyof typeof PRECISIONS = 'minute',
): string {
  const [time, present] = [new Date(at).toISOString(), new Date(now).toISOString()];
  const date = time.slice(0, 10) === present.slice(0, 10) ? '' : `${time.slice(0, 10)} `;
  return `${date}${time.slice(11, PRECISIONS[precision])} UTC`;
}

/** A sentence with a capital letter and a full stop. */
export function sentence(text: string): string {
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]"?$/.test(capital) ? capital : `${capital}.`;
}

/** Names for people: `a`, `a and b`, `a, b, c and 4 more`. */
export function listWords(names: readonly string[], most = 3): string {
  if (names.length > most + 1) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** A text at its first colon: what is so, and why or what to do; the second is empty where there is none. */
export function parted(text: string): readonly [what: string, why: string] {
  const at = text.indexOf(': ');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)];
}
