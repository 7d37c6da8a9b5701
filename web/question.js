// What the page asks for, and how it stands in the address: #zoom/latitude/longitude, then &name=value as /works has them.
import { datetime, isDay, today } from './clock.js';

/** Filters with several values. */
export const choices = {
  kind: ['road_repair', 'outage', 'hazard'],
  status: ['reported', 'accepted', 'in_progress', 'done', 'rejected'],
  deadline_state: ['overdue', 'due_soon', 'on_time', 'none', 'met', 'missed'],
};
const finished = new Set(['done', 'rejected', 'met', 'missed']);

export const asked = { kind: [], category: [], status: [], deadline_state: [], q: '', day: '', hour: '', closed: false };

/** The filters as the service's parameters. */
export function parameters(extra = {}) {
  const query = new URLSearchParams();
  for (const name of ['kind', 'category', 'status', 'deadline_state']) {
    if (asked[name].length > 0) query.set(name, asked[name].join(','));
  }
  if (asked.q) query.set('q', asked.q);
  if (asked.day) query.set('datetime', datetime(asked.day, asked.hour));
  const past = asked.day && asked.day < today();
  const wantsFinished = [...asked.status, ...asked.deadline_state].some((value) => finished.has(value));
  if (!asked.closed && !past && !wantsFinished) query.set('open', 'true');
  for (const [name, value] of Object.entries(extra)) if (value) query.set(name, value);
  // Commas, colons and slashes may stand in a query as they are, and are readable so.
  return query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');
}

/** How many filters are set. */
export const filterCount = () =>
  Object.values(asked).filter((value) => (Array.isArray(value) ? value.length > 0 : value)).length - (asked.hour && asked.day ? 1 : 0);

/** The part of the address that says what is shown. */
export function toAddress({ zoom, latitude, longitude, work, language }) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (Array.isArray(value) ? value.length > 0 : value) query.set(name, String(value));
  }
  if (work) query.set('work', work);
  query.set('lang', language);
  return `#${zoom}/${latitude.toFixed(5)}/${longitude.toFixed(5)}&${query.toString().replaceAll('%2C', ',')}`;
}

/**
 * Takes the filters from an address and answers with the view, the work and the language it names.
 * What it does not know or cannot read is passed over, so that links of other versions still open.
 */
export function fromAddress(address) {
  const [place, ...rest] = address.hash.slice(1).split(/[&?]/);
  const query = new URLSearchParams(`${address.search.slice(1)}&${rest.join('&')}`);
  const [zoom, latitude, longitude] = place.split('/').map(Number);
  const list = (name) => (query.get(name) ?? '').split(',').filter((value) => value && (choices[name]?.includes(value) ?? /^[\w-]{1,60}$/.test(value)));
  for (const name of ['kind', 'category', 'status', 'deadline_state']) asked[name] = list(name);
  asked.q = (query.get('q') ?? '').slice(0, 200);
  asked.day = isDay(query.get('day') ?? '') ? query.get('day') : '';
  asked.hour = /^([01]?\d|2[0-3])$/.test(query.get('hour') ?? '') ? String(Number(query.get('hour'))) : '';
  asked.closed = query.get('closed') === 'true';
  const valid = zoom >= 0 && zoom <= 22 && Math.abs(latitude) <= 85.06 && Math.abs(longitude) <= 180;
  const work = query.get('work');
  const languages = query.getAll('lang');
  return {
    view: valid ? { zoom, center: [latitude, longitude] } : null,
    work: /^[0-9a-f-]{36}$/.test(work ?? '') ? work : null,
    language: languages[languages.length - 1],
  };
}
