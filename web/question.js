// What the page asks for, and how it stands in the address: #zoom/latitude/longitude, then &name=value as /works has them.
import { datetime, instant, isDay, past, today, daysAfter } from './clock.js';

const finished = ['done', 'rejected', 'met', 'missed'];

/** Filters with several values. */
export const lists = ['kind', 'category', 'status', 'deadline_state'];
const now = { when: '', day: '', until: '', hour: '', at: '' };

/**
 * What is asked, as `fromAddress` takes it. Of the time: `when` is today or week, `day` a date, with an `hour` or as the first of a period with
 * `until`; `at` is the moment as of which works are told; none of them is now.
 */
export const asked = {};

export const askNothing = () => fromAddress({ hash: '', search: '' });

/** Asks for a time, for now without one. */
export const askTime = (time) => Object.assign(asked, now, time);

/** Which time is asked: now, today, week, day, period or was. */
export const when = () => (asked.at ? 'was' : asked.until ? 'period' : asked.day ? 'day' : asked.when || 'now');

/** The first and the last day that are asked for, if any are. */
export function days() {
  const first = asked.when ? today() : asked.day;
  if (asked.when !== 'week') return first && [first, asked.until || first];
  const monday = daysAfter(first, -((new Date(first).getUTCDay() + 6) % 7));
  return [monday, daysAfter(monday, 6)];
}

/** The moment by which deadlines are judged, in milliseconds. */
export const shownAt = () => (asked.at ? instant(asked.at) : Date.now());

/** The filters as the service's parameters. */
export function parameters(extra = {}) {
  const { kind, category, status, deadline_state, q, at } = asked;
  const [first, last] = days() || [];
  const hasBegun = asked.day && asked.day < today();
  const wantsFinished = [...status, ...deadline_state].some((value) => finished.includes(value));
  return written({
    kind, category, status, deadline_state, q, at, datetime: first && datetime(first, last, asked.hour),
    open: !asked.closed && !hasBegun && !wantsFinished, ...extra,
  });
}

/** What has a value as a query, readable where the rules let it be. */
export function written(values) {
  const texts = Object.entries(values).map(([name, value]) => [name, String(value || '')]);
  const query = new URLSearchParams(texts.filter(([, value]) => value));
  return query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
}

/** Takes the filters from an address; answers with the rest. What cannot be read is passed over, so that links of other versions still open. */
export function fromAddress(address) {
  const [place, ...rest] = address.hash.slice(1).split(/[&?]/);
  const query = new URLSearchParams(`${address.search.slice(1)}&${rest.join('&')}`);
  const given = (name) => query.get(name) ?? '';
  const [zoom, latitude, longitude] = place.split('/').map(Number);
  for (const name of lists) {
    asked[name] = given(name).split(',').filter((value) =>
      /^[\w-]{1,60}$/.test(value) && (name === 'category' || document.getElementById(`${name}-${value}`)));
  }
  asked.q = given('q').slice(0, 200);
  const time = timeIn(given);
  askTime(time);
  asked.closed = given('closed') === 'true';
  const valid = zoom >= 0 && zoom <= 22 && Math.abs(latitude) <= 85.06 && Math.abs(longitude) <= 180;
  return {
    view: valid && { zoom, center: [latitude, longitude] },
    work: /^[0-9a-f-]{36}$/.test(given('work')) && given('work'),
    language: query.getAll('lang').pop(),
    badTime: !time,
  };
}

/** The time in a link; nothing if it makes no sense. */
function timeIn(given) {
  const [when, day, until, hour, at] = ['when', 'day', 'until', 'hour', 'at'].map(given);
  // A plus that was written as it is arrives as a space.
  const moment = past(at.replace(' ', '+'));
  if (at) return moment && { at: moment };
  if (when) return ['today', 'week'].includes(when) && { when };
  if (!day && !until) return {};
  return isDay(day) && (until ? isDay(until) && day <= until && { day, until }
    : /^([01]?\d|2[0-3])?$/.test(hour) && { day, hour: hour && String(Number(hour)) });
}
