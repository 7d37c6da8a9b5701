import * as api from './api.js';
import { byId, button, element, settled } from './dom.js';
import { parameters } from './question.js';
import { language, nameOf, names, text } from './language.js';
import { line } from './results.js';

/** Metres around a place within which works are shown as already reported. */
const near = 75;
let services = null;
let map;
let tell = () => {};
let place = null;
let onSent = () => {};

/** Offers to report where the service takes reports; without that nothing of it is shown. */
export async function enableReports(theMap, announce, sent) {
  map = theMap;
  tell = announce;
  onSent = sent;
  services = await api.services(language);
  byId('report-open').hidden = !services;
  if (!services) return;
  byId('report-open').addEventListener('click', () => (byId('report').hidden ? open() : close()));
  map.on('moveend', settled(() => { if (isChoosing()) choosePlace(); }, 300));
}

/** Whether the map's middle is the place of a report that is being written. */
export const isChoosing = () => Boolean(byId('report-on-map')?.checked);

/** Shows the form again in another language, with what was written in it. */
export async function refreshReport() {
  if (!services) return;
  services = (await api.services(language)) ?? services;
  if (!byId('report-category')) return;
  const written = Object.fromEntries(new FormData(byId('report')));
  open(false);
  for (const [name, value] of Object.entries(written)) {
    const field = byId('report').elements[name];
    if (field) field.value = value;
  }
  showPlace();
}

function open(byHand = true) {
  const form = byId('report');
  form.replaceChildren(...fields());
  form.onsubmit = send;
  form.hidden = false;
  document.body.classList.add('choosing');
  byId('report-open').setAttribute('aria-expanded', 'true');
  choosePlace();
  if (byHand) byId('report-category').focus();
}

export function close() {
  byId('report').hidden = true;
  byId('report').replaceChildren();
  document.body.classList.remove('choosing');
  byId('report-open').setAttribute('aria-expanded', 'false');
  byId('report-open').focus();
}

function fields() {
  const groups = Map.groupBy ? [...Map.groupBy(services, (service) => service.group ?? '')] : [['', services]];
  const option = (service) => element('option', { value: service.service_code }, nameOfService(service));
  const field = (name, control, hint) => element('p', {},
    element('label', { for: `report-${name}` }, text(`report.${name}`)), control,
    hint ? element('small', { id: `report-${name}-hint` }, text(hint)) : '');
  const kind = (value, checked) => element('label', { class: 'choice' },
    element('input', { type: 'radio', name: 'place', value, id: `report-${value}`, checked, onchange: showPlace }), text(`report.${value}`));
  return [
    element('h2', {}, text('report.button')),
    field('category', element('select', { id: 'report-category', name: 'service_code', required: true },
      element('option', { value: '' }, text('report.choose')),
      ...groups.flatMap(([group, list]) => (group ? [element('optgroup', { label: nameOf('group', group) }, ...list.map(option))] : list.map(option))))),
    element('fieldset', {}, element('legend', {}, text('report.where')),
      kind('on-map', true), kind('by-address', false),
      element('p', { id: 'report-place', role: 'status' }),
      button(text('report.toMap'), () => map.getContainer().focus(), { id: 'report-to-map' })),
    field('address', element('input', { id: 'report-address', name: 'address_string', maxlength: 200, autocomplete: 'street-address' })),
    field('description', element('textarea', { id: 'report-description', name: 'description', rows: 3, maxlength: 4000, required: true })),
    field('photo', element('input', { id: 'report-photo', name: 'media_url', type: 'url', maxlength: 1000, placeholder: 'https://' })),
    element('div', { id: 'report-near', 'aria-live': 'polite' }),
    element('p', { id: 'report-result', role: 'status' }),
    element('div', { class: 'row' }, element('button', {}, text('report.send')), button(text('report.cancel'), close)),
  ];
}

/** Our name for the category, so that it is called the same everywhere on the page; else the service's. */
function nameOfService({ service_code: code, service_name: name }) {
  return names('category').includes(code) ? nameOf('category', code) : name;
}

function showPlace() {
  const onMap = byId('report-on-map').checked;
  document.body.classList.toggle('choosing', onMap);
  byId('report-to-map').hidden = !onMap;
  byId('report-address').required = !onMap;
  if (onMap) return choosePlace();
  byId('report-place').textContent = '';
  byId('report-near').replaceChildren();
}

/** Takes the map's middle as the place and shows what is already known there. */
export async function choosePlace() {
  place = map.getCenter().wrap();
  byId('report-place').textContent = text('report.chosen', { latitude: place.lat.toFixed(5), longitude: place.lng.toFixed(5) });
  const south = near / 111_320;
  const east = south / Math.max(0.01, Math.cos(place.lat * Math.PI / 180));
  const box = api.box({ west: place.lng - east, south: place.lat - south, east: place.lng + east, north: place.lat + south });
  const around = await api.works(new URLSearchParams({ bbox: box, open: 'true', limit: '5' })).catch(() => null);
  const list = byId('report-near');
  if (!list || !isChoosing()) return;
  list.replaceChildren(...(around?.features.length
    ? [element('h3', {}, text('report.near', { count: around.numberMatched })), element('ul', {}, ...around.features.map(line))]
    : []));
}

async function send(event) {
  event.preventDefault();
  const form = byId('report');
  const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => name !== 'place' && value.trim()));
  if (byId('report-on-map').checked) Object.assign(fields, { lat: place.lat.toFixed(7), long: place.lng.toFixed(7) });
  const result = byId('report-result');
  const submit = form.querySelector('button:not([type])');
  submit.disabled = true;
  try {
    const made = await api.report(fields);
    const id = made.service_request_id;
    form.replaceChildren(
      element('h2', { tabindex: -1 }, text('report.thanks')),
      element('p', { id: 'report-result', role: 'status' }, id ? text('report.number', { id }) : text('report.token', { token: made.token ?? '' }), ' ', made.service_notice ?? ''),
      id ? element('p', {}, element('a', { href: `/works/${encodeURIComponent(id)}?lang=${language}` }, text('details'))) : '',
      button(text('close'), close));
    form.querySelector('h2').focus();
    document.body.classList.remove('choosing');
    onSent();
  } catch (error) {
    result.textContent = text(error instanceof api.Unreachable ? 'report.unsent' : 'report.refused', { reason: error.message });
    submit.disabled = false;
  }
}
