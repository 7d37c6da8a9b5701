import * as api from './api.js';
import { byId, button, element, keep, kept, settled } from './dom.js';
import { isFollowed, toggle } from './follow.js';
import { language, moment, nameOf, names, text } from './language.js';

const form = byId('report');
const opener = byId('report-open');
let services = null;
let map;
let place = null;
let asking;
let onSent;

/** Offers to report where the service takes reports; without that nothing of it is shown. */
export async function enableReports(theMap, sent) {
  map = theMap;
  onSent = sent;
  services = await api.services(language);
  opener.hidden = !services;
  if (!services) return;
  opener.onclick = () => (form.hidden ? open() : close());
  map.on('moveend', settled(() => { if (isChoosing()) choosePlace(); }, 300));
}

/** Whether the map's middle is the place of a report that is being written. */
export const isChoosing = () => Boolean(byId('report-on-map')?.checked);

/** Shows the form again in another language, with what was written in it. */
export async function refreshReport() {
  if (!services) return;
  services = (await api.services(language)) ?? services;
  if (!byId('report-category')) return;
  const written = Object.fromEntries(new FormData(form));
  open(false);
  for (const [name, value] of Object.entries(written)) {
    const field = form.elements[name];
    if (field) field.value = value;
  }
  showPlace();
}

function open(byHand = true) {
  form.replaceChildren(...fields());
  form.onsubmit = send;
  form.hidden = false;
  document.body.classList.add('choosing');
  opener.setAttribute('aria-expanded', 'true');
  choosePlace();
  if (byHand) byId('report-category').focus();
}

export function close() {
  form.hidden = true;
  form.replaceChildren();
  document.body.classList.remove('choosing');
  opener.setAttribute('aria-expanded', 'false');
  opener.focus();
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
    field('category', element('select', { id: 'report-category', name: 'service_code', required: true, onchange: showKnown },
      element('option', { value: '' }, text('report.choose')),
      ...groups.flatMap(([group, list]) => (group ? [element('optgroup', { label: nameOf('group', group) }, ...list.map(option))] : list.map(option))))),
    element('fieldset', {}, element('legend', {}, text('report.where')),
      kind('on-map', true), kind('by-address', false),
      element('p', { id: 'report-place', role: 'status' }),
      button(text('report.toMap'), () => map.getContainer().focus(), { id: 'report-to-map' })),
    element('div', { id: 'report-near', 'aria-live': 'polite' }),
    element('p', { id: 'report-same-hint', hidden: true }, text('report.sameHint')),
    field('address', element('input', { id: 'report-address', name: 'address_string', maxlength: 200, autocomplete: 'street-address' })),
    field('description', element('textarea', { id: 'report-description', name: 'description', rows: 3, maxlength: 4000, required: true })),
    field('photo', element('input', { id: 'report-photo', name: 'media_url', type: 'url', maxlength: 1000, placeholder: 'https://' })),
    element('p', { id: 'report-public', class: 'note' }, text('report.public'), ' ',
      element('a', { href: `/privacy?lang=${language}`, target: '_blank' }, text('privacy.link'))),
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
  showKnown();
}

/** Takes the map's middle as the place and shows what is already known there. */
export function choosePlace() {
  place = map.getCenter().wrap();
  byId('report-place').textContent = text('report.chosen', { latitude: place.lat.toFixed(5), longitude: place.lng.toFixed(5) });
  return showKnown();
}

/** Shows what the service takes for the same problem at this place; how near that is, its rules say. */
async function showKnown() {
  asking?.abort();
  const category = byId('report-category').value;
  const list = byId('report-near');
  if (!category || !isChoosing()) return list.replaceChildren();
  const mine = new AbortController();
  asking = mine;
  const known = await api.duplicates({ category, lat: place.lat.toFixed(7), long: place.lng.toFixed(7) }, language, mine.signal).catch(() => []);
  if (asking !== mine || !list.isConnected) return;
  list.replaceChildren(...(known.length
    ? [element('h3', {}, text('report.near', { count: known.length })), element('ul', {}, ...known.map(knownLine))]
    : []));
}

function knownLine(work) {
  const facts = [work.address, text('report.metres', { count: work.metres }), work.reported_at && moment(work.reported_at, { dateStyle: 'medium' }),
    work.due_at && text('list.until', { time: moment(work.due_at, { dateStyle: 'medium' }) }),
    work.followers > 0 && text('report.followers', { count: work.followers })];
  return element('li', { 'data-id': work.id },
    element('a', { href: `/works/${work.id}?lang=${language}`, target: '_blank' }, work.title ?? nameOf('category', byId('report-category').value)),
    element('span', {}, facts.filter(Boolean).join(' · ')),
    button(text('report.same'), () => transmit({ duplicate_of: work.id }), { class: 'same', 'aria-describedby': 'report-same-hint' }));
}

/** A random number that tells this device from others, so that who follows something is counted once. */
function device() {
  const known = kept('device') ?? [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  return keep('device', known) ? known : '';
}

function send(event) {
  event.preventDefault();
  return transmit({});
}

/** Sends the report or, with `duplicate_of`, follows what is known already. */
async function transmit(more) {
  const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => name !== 'place' && value.trim()));
  if (byId('report-on-map').checked) Object.assign(fields, { lat: place.lat.toFixed(7), long: place.lng.toFixed(7) });
  Object.assign(fields, more);
  if (more.duplicate_of) fields.device_id = device();
  const result = byId('report-result');
  const submits = form.querySelectorAll('button:not([type]), .same');
  const enable = (on) => { for (const submit of submits) submit.disabled = !on; };
  enable(false);
  try {
    const made = await api.report(fields, language);
    const id = made.service_request_id;
    if (more.duplicate_of && !isFollowed(id)) toggle(await api.work(id));
    form.replaceChildren(
      element('h2', { tabindex: -1 }, text(more.duplicate_of ? 'report.followed' : 'report.thanks')),
      element('p', { id: 'report-result', role: 'status' }, id ? text('report.number', { id }) : text('report.token', { token: made.token ?? '' }), ' ', made.service_notice ?? ''),
      id ? element('p', {}, element('a', { href: `/works/${encodeURIComponent(id)}?lang=${language}` }, text('details'))) : '',
      button(text('close'), close));
    form.querySelector('h2').focus();
    document.body.classList.remove('choosing');
    onSent();
  } catch (error) {
    result.textContent = text(error instanceof api.Unreachable ? 'report.unsent' : 'report.refused', { reason: error.message });
    enable(true);
  }
}
