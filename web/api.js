/** An answer of the service that is not the one asked for. */
export class ServiceError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Called with the moment at which an answer was stored, or with null if it is fresh. */
let tellStored = () => {};
export const onStored = (listener) => { tellStored = listener; };

/** There is no connection, and nothing was stored either. */
export class Unreachable extends Error {}

async function request(address, options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    throw error.name === 'AbortError' ? error : new Unreachable(error.message);
  }
}

async function get(address, signal, headers = {}) {
  const answer = await request(address, { signal, headers: { Accept: 'application/geo+json, application/json', ...headers } });
  tellStored(answer.headers.get('X-Stored-At'));
  return read(answer);
}

/** The last question of each sort. */
const last = {};

/** A signal for a question that takes back the one of its sort before. */
export function only(sort) {
  last[sort]?.abort();
  last[sort] = new AbortController();
  return last[sort].signal;
}

async function read(answer) {
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    const detail = problem.detail ?? problem.title ?? problem[0]?.description ?? answer.statusText;
    throw new ServiceError(answer.status, detail);
  }
  return answer.json();
}

/** The name, the time zone and the last change of the city's data. */
export const city = () => get('/api/city');

/** How fresh the data of each source is; none if nothing is fetched on a schedule or no answer comes. */
export const sources = () => get('/api/sources').then(({ sources }) => sources, () => []);

/** What the colours and shapes of the works mean, as the style sheet has them. */
export const legend = () => get('/api/legend');

/** One work as a feature, as it is or as it was at a moment. */
export const work = (id, at) => get(at ? `/ogc/collections/works/items/${id}?at=${at}` : `/api/works/${encodeURIComponent(id)}`);

/** What was changed in a work's record, oldest first. */
export const history = async (id) => (await get(`/api/works/${encodeURIComponent(id)}/history`)).entries;

/** Districts, streets and schools with such a name. */
export const places = async (words) => (await get(`/api/places?${new URLSearchParams({ q: words, limit: 8 })}`, only('places'))).places;

/** A page of works: features, numberMatched, and the cursor of the next page, if any. */
export async function works(parameters, signal) {
  const page = await get(`/ogc/collections/works/items?${parameters}`, signal);
  const next = page.links.find((link) => link.rel === 'next');
  return { ...page, cursor: next && new URL(next.href).searchParams.get('cursor') };
}

/** What residents can report, in a language if the service can; null where it takes no reports. */
export async function services(language) {
  const list = await get('/open311/v2/services.json', undefined, { 'Accept-Language': language }).catch(() => null);
  return Array.isArray(list) && list.length > 0 ? list : null;
}

/** Sends a report and answers with what the service made of it, its words in a language. */
export async function report(fields, language) {
  const answer = await request('/open311/v2/requests.json', { method: 'POST', headers: { 'Accept-Language': language }, body: new URLSearchParams(fields) });
  return (await read(answer))[0];
}

/** Open works that a report of a category at a place probably repeats, nearest first. */
export const duplicates = async (report, language) =>
  (await get(`/api/duplicates?${new URLSearchParams(report)}`, only('duplicates'), { 'Accept-Language': language })).duplicates;

/** A rectangle of the map as the service reads it; it may go over the antimeridian. */
export function box(bounds) {
  const [southWest, northEast] = [bounds.getSouthWest().wrap(), bounds.getNorthEast().wrap()];
  const [west, east] = bounds.getEast() - bounds.getWest() >= 360 ? [-180, 180] : [southWest.lng, northEast.lng];
  return [west, Math.max(southWest.lat, -90), east, Math.min(northEast.lat, 90)].map((degrees) => degrees.toFixed(6)).join(',');
}
