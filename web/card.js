import * as api from './api.js';
import { movesText, stateText } from './deadline.js';
import { button, element } from './dom.js';
import { isFollowed } from './follow.js';
import { inLanguage, language, moment, nameOf, text, titleOf } from './language.js';
import { line } from './results.js';

/** Shows works that were asked for at one place; one in full, several as a list to choose from. `actions`: close, zoom, share, follow. */
export function showCard(card, works, actions, found = works.length) {
  card.replaceChildren(button(text('close'), actions.close, { class: 'close' }));
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
  const facts = element('dl');
  const add = (name, value) => {
    if (value) facts.append(element('dt', {}, text(`field.${name}`)), element('dd', {}, value));
  };
  const time = (instant) => instant && moment(instant);
  const timed = (name) => add(name, time(is[name]));
  const named = (name) => add(name, is[name] && text(`${name}.${is[name]}`));
  named('status');
  timed('due_at');
  const moves = movesText(is);
  if (moves) add('original_due_at', `${time(is.original_due_at)}, ${moves}`);
  else if (!is.due_at) timed('original_due_at');
  add('moved_late', is.moved_late && `${time(is.passed_due_at)}: ${text('moves.late')}`);
  timed('starts_at');
  const estimated = is.completed_estimated ? ` (${text('estimated')})` : '';
  add('completed_at', is.completed_at && time(is.completed_at) + estimated);
  add('daily', is.daily_from && is.daily_until && text('daily', { from: is.daily_from, until: is.daily_until }));
  timed('on_site_at');
  named('traffic_impact');
  named('severity');
  add('category', nameOf('category', is.category));
  for (const name of ['organisation', 'contractor', 'address', 'district']) add(name, is[name]);
  timed('reported_at');
  const follow = button('', () => { actions.follow(work); showFollow(); }, { class: 'follow' });
  const showFollow = () => {
    follow.textContent = text(isFollowed(work.id) ? 'follow.stop' : 'follow.start');
  };
  showFollow();
  const description = inLanguage(is, 'description');
  return [
    element('h2', {}, titleOf(is)),
    element('p', { class: 'state', 'data-state': is.deadline_state }, `${text(`kind.${is.kind}`)} · ${stateText(is)}`),
    description ? element('p', {}, description) : '',
    facts,
    element('div', { class: 'row' },
      follow, button(text('share.button'), actions.share, { class: 'share' }),
      work.geometry ? button(text('zoomTo'), () => actions.zoom(work), { class: 'zoom' }) : '',
      element('a', { href: `/works/${work.id}?lang=${language}` }, text('details'))),
    record(work),
  ];
}

/** The work's record in words; it is asked for when somebody opens it. */
function record(work) {
  const made = element('details', { class: 'history' }, element('summary', {}, text('history.title')));
  made.addEventListener('toggle', async () => {
    if (!made.open || made.children.length > 1) return;
    const list = element('ol', { 'aria-live': 'polite' });
    made.append(list);
    try {
      list.replaceChildren(...(await api.history(work.id)).map(entryLine));
    } catch (error) {
      list.remove();
      made.append(element('p', {}, text('loadFailed', { reason: error.message })));
    }
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
