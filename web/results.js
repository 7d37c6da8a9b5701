import * as api from './api.js';
import { movesText, stateText } from './deadline.js';
import { byId, element } from './dom.js';
import { days, parameters } from './question.js';
import { language, moment, text, titleOf } from './language.js';

const pageSize = 20;
/** The cursors of the pages up to the one that is shown, and of the one after it. */
let cursors = [null];
let next = null;
let box = '';
let choose;
let fail;

/** What is done when a work is chosen, and when the list cannot be loaded. */
export function onWork(chosen, failed) {
  choose = chosen;
  fail = failed;
  byId('next').onclick = () => turn([...cursors, next]);
  byId('back').onclick = () => turn(cursors.slice(0, -1));
}

async function turn(pages) {
  cursors = pages;
  await load();
  byId('list').focus();
  byId('list').scrollIntoView?.({ block: 'start' });
}

/** Lists what is in a rectangle of the map, from its first page on. */
export async function listWorks(bounds) {
  box = api.box(bounds);
  cursors = [null];
  byId('plain').href = `/works?${parameters({ lang: language })}`;
  const [since, until] = days() || [];
  byId('statistics').href = `/statistics?${parameters({ lang: language, since, until, datetime: '', open: '' })}`;
  await load();
}

async function load() {
  try {
    show(await api.works(parameters({ bbox: box, limit: pageSize, cursor: cursors[cursors.length - 1] }), api.only('list')));
  } catch (error) {
    if (error.name === 'AbortError') return;
    byId('works').replaceChildren();
    byId('list-title').textContent = text('list.failed');
    byId('next').hidden = byId('back').hidden = true;
    fail(error);
  }
}

function show({ features, numberMatched, cursor }) {
  next = cursor;
  const first = (cursors.length - 1) * pageSize + 1;
  byId('list-title').textContent = numberMatched === 0 ? text('list.none')
    : numberMatched <= pageSize ? text('list.all', { count: numberMatched })
      : text('list.part', { count: numberMatched, first, last: first + features.length - 1 });
  const list = byId('works');
  list.start = first;
  list.replaceChildren(...features.map(line));
  byId('back').hidden = cursors.length === 1;
  byId('next').hidden = !next;
}

/** A work as a line that can be chosen. */
export function line(work) {
  const is = work.properties;
  const moves = movesText(is);
  const due = is.due_at && text('list.until', { time: moment(is.due_at, { dateStyle: 'medium' }) });
  return element('li', {}, element('button',
    { type: 'button', class: 'work', 'data-id': work.id, 'data-state': is.deadline_state, onclick: () => choose(work) },
    element('strong', {}, titleOf(is)),
    element('span', {}, [is.address, due].filter(Boolean).join(' · ')),
    element('span', { class: 'state', 'data-state': is.deadline_state }, stateText(is)),
    moves && element('span', { class: 'moves' }, moves)));
}
