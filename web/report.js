import * as api from './api.js';
import { byId, button, element, keep, kept, settled } from './dom.js';
import { isFollowed, toggle } from './follow.js';
import { language, moment, nameOf, names, text, translate } from './language.js';

const form = byId('report');
const opener = byId('report-open');
let services = null;
let map;
let place = null;
let onSent;

/** Offers to report where the service takes reports. */
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

/** Names the categories in another language. */
export async function refreshReport() {
  if (!services) return;
  services = (await api.services(language)) ?? services;
  if (!byId('report-category')) return;
  showCategories();
  showPlace();
}

function fill(template) {
  form.replaceChildren(byId(template).content.cloneNode(true));
  translate(form);
}

function open() {
  fill('report-form');
  showCategories();
  byId('report-category').onchange = showKnown;
  byId('report-on-map').onchange = byId('report-by-address').onchange = showPlace;
  byId('report-to-map').onclick = () => map.getContainer().focus();
  byId('report-cancel').onclick = close;
  form.onsubmit = (event) => { event.preventDefault(); transmit({}); };
  form.hidden = false;
  document.body.classList.add('choosing');
  opener.setAttribute('aria-expanded', 'true');
  choosePlace();
  byId('report-category').focus();
}

export function close() {
  form.hidden = true;
  form.replaceChildren();
  document.body.classList.remove('choosing');
  opener.setAttribute('aria-expanded', 'false');
  opener.focus();
}

function showCategories() {
  const select = byId('report-category');
  const { value } = select;
  const groups = Map.groupBy ? [...Map.groupBy(services, (service) => service.group ?? '')] : [['', services]];
  // A category is called the same everywhere on the page.
  const option = ({ service_code: code, service_name: name }) =>
    element('option', { value: code }, names('category').includes(code) ? nameOf('category', code) : name);
  select.replaceChildren(select.options[0],
    ...groups.flatMap(([group, list]) => (group ? [element('optgroup', { label: nameOf('group', group) }, ...list.map(option))] : list.map(option))));
  select.value = value;
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

const point = () => ({ lat: place.lat.toFixed(7), long: place.lng.toFixed(7) });

/** Takes the map's middle as the place and shows what is already known there. */
export function choosePlace() {
  place = map.getCenter().wrap();
  byId('report-place').textContent = text('report.chosen', { latitude: place.lat.toFixed(5), longitude: place.lng.toFixed(5) });
  return showKnown();
}

/** Shows what the service, by its rules, takes for the same problem at this place. */
async function showKnown() {
  api.only('duplicates');
  const category = byId('report-category').value;
  const list = byId('report-near');
  if (!category || !isChoosing()) return list.replaceChildren();
  const known = await api.duplicates({ category, ...point() }, language)
    .catch((error) => error.name !== 'AbortError' && []);
  if (!known || !list.isConnected) return;
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
    button(text('report.same'), () => transmit({ duplicate_of: work.id, device_id: device() }), { class: 'same', 'aria-describedby': 'report-same-hint' }));
}

/** A random number of this device, so that who follows something is counted once. */
function device() {
  const known = kept('device') ?? [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  return keep('device', known) ? known : '';
}

/** Sends the report or, with `duplicate_of`, follows what is known already. */
async function transmit(more) {
  const fields = Object.fromEntries([...new FormData(form)].filter(([name, value]) => name !== 'place' && value.trim()));
  Object.assign(fields, byId('report-on-map').checked && point(), more);
  const enable = (on) => { for (const submit of form.querySelectorAll('button:not([type]), .same')) submit.disabled = !on; };
  enable(false);
  try {
    const made = await api.report(fields, language);
    const id = made.service_request_id;
    if (more.duplicate_of && !isFollowed(id)) toggle(await api.work(id));
    fill('report-sent');
    const title = form.querySelector('h2');
    title.textContent = text(more.duplicate_of ? 'report.followed' : 'report.thanks');
    byId('report-result').textContent = `${id ? text('report.number', { id }) : text('report.token', { token: made.token ?? '' })} ${made.service_notice ?? ''}`;
    const link = form.querySelector('a');
    if (id) link.href = `/works/${encodeURIComponent(id)}?lang=${language}`;
    else link.remove();
    form.querySelector('button').onclick = close;
    title.focus();
    document.body.classList.remove('choosing');
    onSent();
  } catch (error) {
    byId('report-result').textContent = text(error instanceof api.Unreachable ? 'report.unsent' : 'report.refused', { reason: error.message });
    enable(true);
  }
}
