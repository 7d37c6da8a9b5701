import * as L from '/leaflet/leaflet.esm.min.js';
import * as api from './api.js';
import { byId, button, element, keep, settled } from './dom.js';
import { showCard } from './card.js';
import { useZone } from './clock.js';
import { enableFilters, showFilters } from './filters.js';
import { look, showFollowed, toggle } from './follow.js';
import { language, moment, preferredLanguage, readLanguages, text, useLanguage } from './language.js';
import { showLegend } from './legend.js';
import { enableOffline, showOffline } from './offline.js';
import { asked, fromAddress, parameters, written } from './question.js';
import { choosePlace, close as closeReport, enableReports, isChoosing, refreshReport } from './report.js';
import { listWorks, onWork } from './results.js';
import { enableSearch } from './search.js';
import { enableTime, showTime } from './time.js';

const card = byId('card');
const dark = matchMedia('(prefers-color-scheme: dark)');
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
const phone = matchMedia('(max-width: 48rem)');
/** How often the record is asked for changes. */
const watchEvery = 60_000;
const atOnce = { animate: false };

let legend = [];
let sources = [];
let shown = [];
let shownCount = 0;
/** The `at` of the card's works. */
let shownFor = '';
let opener = null;
let tilesets = {};
let highlight;
let zoom;

// Without a connection the start tells what is the matter.
let [languages, city] = await Promise.all([readLanguages(), api.city().catch(() => null)]);
useZone(city?.time_zone);
const link = fromAddress(location);
byId('languages').append(...languages.map(({ code, name }) =>
  button(name, () => chooseLanguage(code), { lang: code, 'data-language': code })));
await useLanguage(preferredLanguage(link.language, city?.language));
byId('legend-details').open = !phone.matches;
const map = L.map('map', {
  zoomControl: false, keyboard: true, maxZoom: 22,
  zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
});
addEventListener('unhandledrejection', ({ reason }) => explain(reason));
start();

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
    pointToLayer: (_, place) => L.circleMarker(place, { radius: 16, interactive: false }),
  }).addTo(map);
  onWork(choose, explain);
  enableFilters(askedAnew);
  enableSearch(goTo, askForWords, explain);
  enableTime(askedAnew);
  map.on('moveend', settled(() => { remember(); listInView(); }, 150));
  map.on('click', (event) => (isChoosing() ? map.panTo(event.latlng) : ask(event.latlng)));
  map.on('locationfound', ({ latlng }) => announce('locate.found', { latitude: latlng.lat.toFixed(4), longitude: latlng.lng.toFixed(4) }));
  map.on('locationerror', () => announce('locate.failed'));
  dark.addEventListener('change', () => { redraw(); showTexts(); });
  byId('locate').onclick = () => { announce('locate.asking'); map.locate({ setView: true, maxZoom: 17 }); };
  byId('share').onclick = share;
  addEventListener('popstate', followLink);
  document.addEventListener('keydown', keys);
  enableOffline(update);
  await showLink(link);
  showMine();
  enableReports(map, update);
  setInterval(() => { if (!document.hidden) update(); }, watchEvery);
}

// MARK: What the map shows

/** The whole city, but from no farther away than its size asks for. */
function showCity({ bounds, min_zoom: zoom }) {
  const box = boxOf(bounds);
  map.setView(box.getCenter(), Math.max(map.getBoundsZoom(box), zoom), atOnce);
}

/** A box of the service as the map has it, over the antimeridian too. */
const boxOf = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east < west ? east + 360 : east]);

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
  return `/tiles/${name}/{z}/{x}/{y}{r}.png?${(name === 'works' ? parameters : written)({ theme: theme() })}`;
}

/** Draws what is asked; tells whether it is something else. */
function redraw() {
  const stale = Object.entries(tilesets).filter(([name, layer]) => layer._url !== tiles(name));
  for (const [name, layer] of stale) layer.setUrl(tiles(name));
  return stale.length > 0;
}

const listInView = () => listWorks(map.getBounds());

/** Something else is asked; back leads to what was asked before. */
function askedAnew() {
  redraw();
  remember('pushState');
  listInView();
  if (shownFor === asked.at || card.hidden) return;
  if (shown.length === 1) openWork(shown[0].id, null);
  else hideCard();
}

function askForWords(words) {
  asked.q = words;
  byId('words').value = words;
  showFilters();
  askedAnew();
  announce(words ? 'search.asked' : 'search.cleared', { words });
}

function goTo({ bbox, name, names }) {
  map.fitBounds(boxOf(bbox), { maxZoom: 17, ...atOnce });
  announce('search.gone', { name: names[language] ?? name });
}

/** Asks whether the record has changed, and shows it as it is now. */
async function update() {
  const before = city;
  [city, sources] = await Promise.all([api.city(), api.sources()]);
  useZone(city.time_zone);
  showFacts();
  // At midnight today is another day.
  if (city.updated_at !== before.updated_at || city.time_zone !== before.time_zone) tilesets.works.setUrl(tiles('works'));
  else if (!redraw()) return;
  listInView();
  showSetup();
  showMine();
}

// MARK: Works

/** Shows what lies within a finger's width of a place. */
async function ask(place) {
  const middle = map.latLngToContainerPoint(place);
  const corners = [[-10, 10], [10, -10]].map((step) => map.containerPointToLatLng(middle.add(step)));
  const page = await api.works(parameters({ bbox: api.box(L.latLngBounds(corners)), limit: 50 }));
  show(page.features, page.numberMatched, map.getContainer());
}

const choose = (work, from = document.activeElement) => show([work], 1, from);

/** Opens a work as of the time that is asked; with nothing as `from` the focus stays where it is. */
async function openWork(id, from = map.getContainer()) {
  const { at } = asked;
  try {
    const work = await api.work(id, at);
    if (at === asked.at) choose(work, from);
  } catch (error) {
    if (![404, 410].includes(error.status)) return explain(error);
    announce(at ? 'when.noWork' : 'noWork');
    hideCard();
  }
}

/** Shows what is followed as it is now; its card is of the time asked. */
const showMine = () => showFollowed((work) => (asked.at ? openWork(work.id, document.activeElement) : choose(work)));

function show(works, count, from) {
  shown = works;
  shownCount = count;
  shownFor = asked.at;
  // Choosing one of several at a place keeps the way back.
  if (from && !card.contains(from)) opener = from;
  drawCard();
  highlight.clearLayers();
  for (const work of works.length === 1 ? works : []) {
    if (work.geometry) highlight.addData(work.geometry);
    if (!asked.at) look(work);
  }
  remember();
  if (from) card.focus({ preventScroll: !phone.matches });
}

function drawCard() {
  showCard(card, shown, {
    close: closeCard, share,
    async follow(work) {
      // What is seen is noted as of now.
      announce(toggle(asked.at ? await api.work(work.id) : work));
      showMine();
    },
    zoom(work) {
      const bounds = L.geoJSON(work.geometry).getBounds();
      map.fitBounds(bounds, { maxZoom: Math.max(map.getZoom(), 17), ...atOnce });
    },
  }, shownCount);
}

function hideCard() {
  card.hidden = true;
  shown = [];
  highlight.clearLayers();
  remember();
}

function closeCard() {
  hideCard();
  // The list may have been drawn anew since.
  const again = opener?.dataset?.id && document.querySelector(`#list [data-id="${opener.dataset.id}"]`);
  (opener?.isConnected ? opener : again || map.getContainer()).focus();
}

function keys(event) {
  if (event.key === 'Enter' && event.target === map.getContainer()) {
    if (!isChoosing()) return ask(map.getCenter());
    choosePlace();
    byId('report-description').focus();
  }
  if (event.key !== 'Escape') return;
  if (!card.hidden) closeCard();
  else if (!byId('report').hidden && byId('report').contains(event.target)) closeReport();
}

// MARK: The address

/** The address always says what is on the screen. */
function remember(how = 'replaceState') {
  const { lat, lng } = map.getCenter().wrap();
  const work = !card.hidden && shown.length === 1 ? shown[0].id : null;
  const address = `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}&${written({ ...asked, work, lang: language })}`;
  history[address === location.hash ? 'replaceState' : how](null, '', `/${address}`);
}

/** Somebody put in another link or went back. */
async function followLink() {
  const found = fromAddress(location);
  if (found.language !== language) await useLanguage(preferredLanguage(found.language ?? language));
  if (found.view) map.setView(found.view.center, found.view.zoom, atOnce);
  await showLink(found);
}

async function showLink({ work, badTime }) {
  byId('words').value = asked.q;
  showTexts();
  redraw();
  if (badTime) announce('when.bad');
  await listInView();
  if (work) await openWork(work);
  else if (!card.hidden) closeCard();
  remember();
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
  showMine();
}

function showTexts() {
  showLegend(legend, theme());
  showFilters();
  showFacts();
  showOffline();
  showSetup();
  zoom?.remove();
  zoom = L.control.zoom({ position: 'bottomright', zoomInTitle: text('zoomIn'), zoomOutTitle: text('zoomOut') }).addTo(map);
}

/** What changes with the record or the day. */
function showFacts() {
  const name = city.name[language] ?? city.name.en;
  byId('city').textContent = name ?? '';
  document.title = [name, text('title')].filter(Boolean).join(' — ');
  byId('updated').textContent = city.updated_at ? text('updated', { time: moment(city.updated_at) }) : text('neverUpdated');
  showSources();
  showTime();
}

/** The first steps of an empty city, for those who may see them. */
async function showSetup() {
  const answer = city.updated_at ? null : await fetch(`/staff/setup?lang=${language}`).catch(() => null);
  byId('setup').innerHTML = answer?.ok ? (await answer.text()).split(/<.?main>/)[1] : '';
}

/** Names the data's sources, with the time of their last list, and which are late. */
function showSources() {
  byId('sources').hidden = sources.length === 0;
  const items = sources.map(({ name, title, state, last_success: time }) => text(`sources.${!time ? 'never' : state === 'late' ? state : 'fresh'}`, {
    name: title[language] ?? title.ru ?? title.en ?? name, time: moment(time),
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
