// Days and hours by the city's clocks, which may differ from those of the device.
export let zone = 'UTC';
/** Goes by the city's zone; by UTC, as the service does, if it has none or this browser lacks it. */
export function useZone(name) {
  try { zone = Intl.DateTimeFormat('en', { timeZone: name ?? 'UTC' }).resolvedOptions().timeZone; } catch { zone = 'UTC'; }
}

/** How far the clocks are ahead of UTC at a moment, in milliseconds. */
function offset(moment) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(moment);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute, of.second) - Math.floor(moment / 1000) * 1000;
}

/** When the clocks show an hour of a day, in milliseconds. */
function momentOf(day, hour) {
  const wall = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  // The second step is for days on which the clocks change.
  const near = wall - offset(wall);
  return wall - offset(near);
}

const text = (moment) => new Date(moment).toISOString().replace('.000Z', 'Z');

/** A day, or one hour's beginning of it, as the service's `datetime`. */
export function datetime(day, hour) {
  if (hour !== '') return text(momentOf(day, Number(hour)));
  return `${text(momentOf(day, 0))}/${text(momentOf(daysAfter(day, 1), 0) - 1000)}`;
}

/** Today in the city: `YYYY-MM-DD`. */
export const today = () => new Date(Date.now() + offset(Date.now())).toISOString().slice(0, 10);

export const daysAfter = (day, count) => new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);

export const daysBetween = (day, later) => Math.round((Date.parse(later) - Date.parse(day)) / 86_400_000);

/** Whether a text is a day of the calendar. */
export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
