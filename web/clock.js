// Days and hours by the city's clocks, which may differ from those of the device.
export let zone = 'UTC';
/** Goes by the city's zone, else by UTC as the service does. */
export function useZone(name) {
  try { zone = Intl.DateTimeFormat('en', { timeZone: name ?? 'UTC' }).resolvedOptions().timeZone; } catch { zone = 'UTC'; }
}

/** How far the clocks are ahead of UTC at a moment, in milliseconds. */
function offset(moment) {
  // Sweden writes times as RFC 3339 does, but for the T.
  const wall = new Date(moment).toLocaleString('sv', { timeZone: zone }).replace(' ', 'T');
  return Date.parse(`${wall}Z`) - Math.floor(moment / 1000) * 1000;
}

/** When the clocks show an hour of a day, in milliseconds. */
function momentOf(day, hour) {
  const wall = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  // The second step is for days on which the clocks change.
  const near = wall - offset(wall);
  return wall - offset(near);
}

const text = (moment) => new Date(moment).toISOString().replace('.000Z', 'Z');

/** Whole days, or one hour's beginning of the first, as the service's `datetime`. */
export const datetime = (first, last, hour) => (hour ? text(momentOf(first, Number(hour))) : first === last ? first : `${first}/${last}`);

/** The last second of a day, or a moment in RFC 3339, in milliseconds. */
export const instant = (at) => (isDay(at) ? momentOf(daysAfter(at, 1), 0) - 1000 : Date.parse(at));

/** A day or a moment in RFC 3339 as the service's `at`; nothing unless it has passed. */
export function past(at) {
  const isTime = isDay(at.slice(0, 10)) && /^.{10}(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/.test(at);
  if (!isTime || !(instant(at) < Date.now())) return '';
  return isDay(at) ? at : text(instant(at));
}

/** The city's day at a moment: `YYYY-MM-DD`. */
export const dayOf = (moment) => new Date(moment + offset(moment)).toISOString().slice(0, 10);

export const today = () => dayOf(Date.now());

export const daysAfter = (day, count) => new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);

/** Whether a text is a day of the calendar, of these three centuries. */
export const isDay = (text) => /^(19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && daysAfter(text, 0) === text;
