import * as L from '/leaflet/leaflet.esm.min.js';
import * as api from './api.js';
import { byId, button, element, keep, settled } from './dom.js';
import { showCard } from './card.js';
import { useZone } from './clock.js';
import { showFilters } from './filters.js';
import { look, showFollowed, toggle } from './follow.js';
import { language, moment, preferredLanguage, readLanguages, text, useLanguage } from './language.js';
import { showLegend } from './legend.js';
import { enableOffline, showOffline } from './offline.js';
import { asked, fromAddress, parameters, toAddress } from './question.js';
import { choosePlace, close as closeReport, enableReports, isChoosing, refreshReport } from './report.js';
import { listWorks, onWork } from './results.js';
import { enableSearch } from './search.js';

const card = byId('card');
const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
const phone = matchMedia('(max-width: 48rem)');
/** How often it is asked whether the city's record has changed. */
const watchEvery = 60_000;
const atOnce = { animate: false };

let legend = [];
let sources = [];
let shown = [];
let shownCount = 0;
let opener = null;
let tilesets = {};
let highlight;
let zoom;

// Without a connection the start tells what is the matter.
let [languages, city] = await Promise.all([readLanguages(), api.city().catch(() => null)]);
const link = fromAddress(location);
byId('languages').append(...languages.map(({ code, name }) =>
  button(name, () => chooseLanguage(code), { lang: code, 'data-language': code })));
await useLanguage(preferredLanguage(link.language, city?.language));
byId('legend-details').open = !phone.matches;
const map = L.map('map', {
  zoomControl: false, keyboard: true, maxZoom: 22,
  zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
});
start().catch(explain);

async function start() {
  [city, legend, sources] = await Promise.all([city ?? api.city(), api.legend(), api.sources()]);
  useZone(city.time_zone);
  if (link.view) map.setView(link.view.center, link.view.zoom, atOnce);
  else showCity(city.view);
  map.attributionControl.setPrefix(false);
  tilesets.basemap = layer('basemap', element('span', {}, city.attribution ?? '').innerHTML);
  tilesets.works = layer('works');
  highlight = L.geoJSON(null, {
    interactive: false, style: { className: 'highlight', weight: 5, fill: false },
    pointToLayer: (_, place) => L.circleMarker(place, { radius: 16, className: 'highlight', weight: 4, fill: false, interactive: false }),
  }).addTo(map);
  showTexts();
  onWork(choose, explain);
  byId('words').value = asked.q;
  enableSearch(goTo, askForWords, explain);
  map.on('moveend', settled(() => { remember(); listInView(); }, 150));
  map.on('click', (event) => (isChoosing() ? map.panTo(event.latlng) : ask(event.latlng)));
  map.on('locationfound', ({ latlng }) => announce('locate.found', { latitude: latlng.lat.toFixed(4), longitude: latlng.lng.toFixed(4) }));
  map.on('locationerror', () => announce('locate.failed'));
  dark.addEventListener('change', () => { redraw(); showTexts(); });
  byId('locate').onclick = () => { announce('locate.asking'); map.locate({ setView: true, maxZoom: 17 }); };
  byId('share').onclick = share;
  addEventListener('hashchange', followLink);
  document.addEventListener('keydown', keys);
  enableOffline(update);
  await listInView();
  if (link.work) await openWork(link.work);
  remember();
  showFollowed(choose);
  enableReports(map, update);
  setInterval(() => { if (!document.hidden) update(); }, watchEvery);
}

// MARK: What the map shows

/** The whole city, but from no farther away than its size asks for. */
function showCity({ bounds, min_zoom: zoom }) {
  const box = boxOf(bounds);
  map.setView(box.getCenter(), Math.max(map.getBoundsZoom(box), zoom), atOnce);
}

/** A box of the service as the map has it; it may go over the antimeridian. */
const boxOf = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east < west ? east + 360 : east]);

/** Adds tiles of one tileset. */
function layer(name, attribution) {
  return L.tileLayer(tiles(name), { maxZoom: 22, attribution })
    .on('tileerror', ({ tile }) => tryAgain(tile))
    .addTo(map);
}

/** A busy server has a tile a little later; the third refusal is told. */
function tryAgain(tile) {
  const tries = Number(tile.dataset.tries ?? 0);
  if (tries === 2 || !navigator.onLine) return announce('tilesFailed');
  tile.dataset.tries = tries + 1;
  setTimeout(() => { if (tile.isConnected) tile.src = tile.src; }, 2000 * (tries + 1));
}

const theme = () => (dark.matches ? 'dark' : '');

/** Where tiles are: the works are filtered as the list is. */
function tiles(name) {
  const query = name === 'works' ? parameters({ theme: theme() }) : theme() && `theme=${theme()}`;
  return `/tiles/${name}/{z}/{x}/{y}{r}.png${query ? `?${query}` : ''}`;
}

function redraw() {
  for (const [name, layer] of Object.entries(tilesets)) {
    if (layer._url !== tiles(name)) layer.setUrl(tiles(name));
  }
}

const listInView = () => listWorks(map.getBounds());

/** Something else is asked: map, list and address follow. */
function askedAnew() {
  redraw();
  remember();
  listInView();
}

function askForWords(words) {
  asked.q = words;
  byId('words').value = words;
  showFilters(askedAnew);
  askedAnew();
  announce(words ? 'search.asked' : 'search.cleared', { words });
}

function goTo({ bbox, name, names }) {
  map.fitBounds(boxOf(bbox), { maxZoom: 17, ...atOnce });
  announce('search.gone', { name: names[language] ?? name });
}

/** Asks whether the record has changed, and shows it as it is now. */
async function update() {
  try {
    const before = city;
    [city, sources] = await Promise.all([api.city(), api.sources()]);
    useZone(city.time_zone);
    showName();
    showUpdated();
    showSources();
    if (city.updated_at === before.updated_at && city.time_zone === before.time_zone) return;
    tilesets.works.setUrl(tiles('works'));
    listInView();
    showSetup();
    showFollowed(choose);
  } catch (error) {
    explain(error);
  }
}

// MARK: Works

/** Shows what lies within a finger's width of a place. */
async function ask(place) {
  const reach = 10;
  const middle = map.latLngToContainerPoint(place);
  const southWest = map.containerPointToLatLng(middle.add([-reach, reach]));
  const northEast = map.containerPointToLatLng(middle.add([reach, -reach]));
  try {
    const page = await api.works(parameters({ bbox: api.box(L.latLngBounds(southWest, northEast)), limit: 50 }));
    show(page.features, page.numberMatched, map.getContainer());
  } catch (error) {
    explain(error);
  }
}

const choose = (work, from = document.activeElement) => show([work], 1, from);

async function openWork(id) {
  try {
    choose(await api.work(id), map.getContainer());
  } catch (error) {
    if ([404, 410].includes(error.status)) announce('noWork');
    else explain(error);
  }
}

function show(works, count, from) {
  shown = works;
  shownCount = count;
  // Choosing one of several at a place keeps the way back.
  if (!card.contains(from)) opener = from;
  drawCard();
  highlight.clearLayers();
  for (const work of works.length === 1 ? works : []) {
    if (work.geometry) highlight.addData(work.geometry);
    look(work);
  }
  remember();
  card.focus({ preventScroll: !phone.matches });
}

function drawCard() {
  showCard(card, shown, {
    close: closeCard, share,
    follow(work) {
      announce(toggle(work));
      showFollowed(choose);
    },
    zoom(work) {
      const bounds = L.geoJSON(work.geometry).getBounds();
      map.fitBounds(bounds, { maxZoom: Math.max(map.getZoom(), 17), ...atOnce });
    },
  }, shownCount);
}

function closeCard() {
  card.hidden = true;
  shown = [];
  highlight.clearLayers();
  remember();
  // The list may have been drawn anew since.
  const again = opener?.dataset?.id && document.querySelector(`#list [data-id="${opener.dataset.id}"]`);
  (opener?.isConnected ? opener : again || map.getContainer()).focus();
}

function keys(event) {
  if (event.key === 'Enter' && event.target === map.getContainer()) {
    if (isChoosing()) {
      choosePlace();
      byId('report-description').focus();
    } else ask(map.getCenter());
  }
  if (event.key !== 'Escape') return;
  if (!card.hidden) closeCard();
  else if (!byId('report').hidden && byId('report').contains(event.target)) closeReport();
}

// MARK: The address

/** The address always says what is on the screen. */
function remember() {
  const { lat, lng } = map.getCenter().wrap();
  const work = !card.hidden && shown.length === 1 ? shown[0].id : null;
  const address = toAddress({ zoom: map.getZoom(), latitude: lat, longitude: lng, work, language });
  history.replaceState(null, '', `/${address}`);
}

/** Somebody put another link into the address bar. */
async function followLink() {
  const { view, work, language: wanted } = fromAddress(location);
  if (wanted && wanted !== language && languages.some(({ code }) => code === wanted)) await useLanguage(wanted);
  if (view) map.setView(view.center, view.zoom, atOnce);
  byId('words').value = asked.q;
  showTexts();
  redraw();
  listInView();
  if (work) await openWork(work);
  else if (!card.hidden) closeCard();
}

async function share() {
  remember();
  byId('link').value = location.href;
  byId('shared').hidden = false;
  try {
    if (phone.matches && navigator.share) await navigator.share({ title: document.title, url: location.href });
    else {
      await navigator.clipboard.writeText(location.href);
      announce('share.copied');
    }
  } catch {
    announce('share.copyYourself');
    byId('link').select();
  }
}

// MARK: Words

async function chooseLanguage(code) {
  keep('language', code);
  await useLanguage(code);
  showTexts();
  remember();
  listInView();
  if (!card.hidden) drawCard();
  refreshReport();
  showFollowed(choose);
}

function showTexts() {
  showLegend(byId('legend-entries'), legend, theme());
  showFilters(askedAnew);
  showUpdated();
  showSources();
  showOffline();
  showName();
  showSetup();
  zoom?.remove();
  zoom = L.control.zoom({ position: 'bottomright', zoomInTitle: text('zoomIn'), zoomOutTitle: text('zoomOut') }).addTo(map);
}

/** The first steps of an empty city, for those whom the service lets see them. */
async function showSetup() {
  const answer = city.updated_at ? null : await fetch(`/staff/setup?lang=${language}`).catch(() => null);
  byId('setup').innerHTML = answer?.ok ? (await answer.text()).split(/<.?main>/)[1] : '';
}

function showName() {
  const name = city.name[language] ?? city.name.en ?? '';
  byId('city').textContent = name;
  document.title = name ? `${name} — ${text('title')}` : text('title');
}

function showUpdated() {
  byId('updated').textContent = city.updated_at ? text('updated', { time: moment(city.updated_at) }) : text('neverUpdated');
}

/** Names the data's sources, each with the time of its last list, and says which are late. */
function showSources() {
  byId('sources').hidden = sources.length === 0;
  const items = sources.map(({ name, title, state, last_success: time }) => text(`sources.${time ? (state === 'late' ? 'late' : 'fresh') : 'never'}`, {
    name: title[language] ?? title.ru ?? title.en ?? name, time: time ? moment(time) : '',
  }));
  byId('sources').textContent = text('sources.all', { list: items.join('; ') });
}

function announce(path, values) {
  byId('status').textContent = text(path, values);
}

function explain(error) {
  if (error.status === 503) return announce('overloaded');
  announce(error instanceof api.Unreachable ? 'offline.unseen' : 'loadFailed', { reason: error.message });
}
