import * as api from './api.js';
import { movesText, stateText } from './deadline.js';
import { button, element } from './dom.js';
import { isFollowed } from './follow.js';
import { inLanguage, language, moment, nameOf, text, titleOf } from './language.js';
import { asked, shownAt } from './question.js';
import { line } from './results.js';
import { asOf } from './time.js';

/** Shows works of one place: one in full, several to choose from. `actions`: close, zoom, share, follow. */
export function showCard(card, works, actions, found = works.length) {
  card.replaceChildren(button(text('close'), actions.close, { class: 'close' }));
  if (asked.at) card.append(element('p', { class: 'note' }, text('when.card', { time: asOf() })));
  if (works.length === 0) card.append(element('p', {}, text('nothingHere')));
  if (works.length > 1) {
    card.append(element('h2', {}, text('several', { count: found })), element('ul', {}, ...works.map(line)));
    if (found > works.length) card.append(element('p', {}, text('closer', { count: works.length })));
  }
  if (works.length === 1) card.append(...full(works[0], actions));
  card.hidden = false;
}

function full(work, actions) {
  const is = work.properties;
  const named = (name) => is[name] && text(`${name}.${is[name]}`);
  const moves = movesText(is);
  const first = moment(is.original_due_at);
  const { organisation, contractor, address, district } = is;
  const facts = {
    status: named('status'), due_at: moment(is.due_at), original_due_at: moves ? `${first}, ${moves}` : !is.due_at && first,
    moved_late: is.moved_late && `${moment(is.passed_due_at)}: ${text('moves.late')}`, starts_at: moment(is.starts_at),
    completed_at: is.completed_at && moment(is.completed_at) + (is.completed_estimated ? ` (${text('estimated')})` : ''),
    daily: is.daily_from && is.daily_until && text('daily', { from: is.daily_from, until: is.daily_until }),
    on_site_at: moment(is.on_site_at), traffic_impact: named('traffic_impact'), severity: named('severity'),
    category: nameOf('category', is.category), organisation, contractor, address, district, reported_at: moment(is.reported_at),
  };
  const followText = () => text(isFollowed(work.id) ? 'follow.stop' : 'follow.start');
  const follow = button(followText(), () => actions.follow(work).then(() => { follow.textContent = followText(); }), { class: 'follow' });
  const description = inLanguage(is, 'description');
  return [
    element('h2', {}, titleOf(is)),
    element('p', { class: 'state', 'data-state': is.deadline_state }, `${text(`kind.${is.kind}`)} · ${stateText(is)}`),
    description ? element('p', {}, description) : '',
    element('dl', {}, ...Object.entries(facts).filter(([, value]) => value)
      .flatMap(([name, value]) => [element('dt', {}, text(`field.${name}`)), element('dd', {}, value)])),
    element('div', { class: 'row' },
      follow, button(text('share.button'), actions.share, { class: 'share' }),
      work.geometry ? button(text('zoomTo'), () => actions.zoom(work), { class: 'zoom' }) : '',
      element('a', { href: `/works/${work.id}?${asked.at && `at=${asked.at}&`}lang=${language}` }, text('details'))),
    record(work),
  ];
}

/** The work's record in words, asked for when somebody opens it. */
function record(work) {
  const made = element('details', { class: 'history' }, element('summary', {}, text('history.title')));
  made.addEventListener('toggle', async () => {
    if (!made.open || made.children.length > 1) return;
    const list = element('ol', { 'aria-live': 'polite' });
    made.append(list);
    list.replaceChildren(...await api.history(work.id).then(
      (entries) => entries.filter(({ at }) => Date.parse(at) <= shownAt()).map(entryLine),
      (error) => [element('li', {}, text('loadFailed', { reason: error.message }))]));
  });
  return made;
}

function entryLine(entry) {
  const who = [entry.actor.name ?? text(`history.actor.${entry.actor.kind}`), entry.actor.organisation].filter(Boolean).join(', ');
  return element('li', {},
    element('time', { datetime: entry.at }, moment(entry.at)), ` — ${entryText(entry)}`,
    entry.reason ? element('span', { class: 'reason' }, text('history.reason', { reason: marked(entry.reason) })) : '',
    element('span', { class: 'who' }, who));
}

/** A text of the record, or the reader's words where it was redacted. */
const marked = (value) => (value === '[redacted]' ? text('history.mark') : value);

function entryText({ field, from, to, moved_late: late }) {
  const group = field === 'registered' ? 'status' : field;
  const value = (value) => value === null ? text('history.nothing') : value === '[redacted]' ? marked(value)
    : field.endsWith('_at') ? moment(value) : field === 'category' ? nameOf(field, value)
      : ['kind', 'severity', 'status', 'traffic_impact'].includes(group) ? text(`${group}.${value}`) : value;
  const isPlain = ['registered', 'geometry', 'duplicate_of', 'redacted'].includes(field);
  const form = isPlain ? '' : field === 'hidden' ? `.${to}` : from === null ? '.first'
    : late ? (to === null ? '.lateWithdrawn' : '.late') : field === 'due_at' && to === null ? '.withdrawn' : '.changed';
  return text(`history.${field}${form}`, { from: value(from), to: value(to) });
}
