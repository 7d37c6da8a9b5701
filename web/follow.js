import * as api from './api.js';
import { byId, element, keep, kept } from './dom.js';
import { moment, nameOf, text, titleOf } from './language.js';

const key = 'followed';
const most = 50;

/** What was seen of each work that is followed, by its id; it never leaves this device. */
function read() {
  try {
    const stored = JSON.parse(kept(key) ?? '{}');
    return stored && typeof stored === 'object' && !Array.isArray(stored) ? stored : {};
  } catch {
    return {};
  }
}

const write = (followed) => keep(key, JSON.stringify(followed));

export const isFollowed = (id) => id in read();

const seen = ({ properties: { title, category, due_at, status } }) => ({ title, category, due_at, status });

/** Starts or stops to follow; answers with what to tell. */
export function toggle(work) {
  const followed = read();
  if (followed[work.id]) {
    delete followed[work.id];
    return write(followed) ? 'follow.stopped' : 'follow.failed';
  }
  if (Object.keys(followed).length >= most) return 'follow.full';
  followed[work.id] = seen(work);
  return write(followed) ? 'follow.started' : 'follow.failed';
}

/** Notes that somebody has looked at a work as it is now. */
export function look(work) {
  const followed = read();
  if (!followed[work.id]) return;
  followed[work.id] = seen(work);
  write(followed);
}

/** Lists what is followed with what has changed since somebody looked. */
export async function showFollowed(choose) {
  const followed = read();
  const ids = Object.keys(followed);
  byId('followed').hidden = ids.length === 0;
  const lines = await Promise.all(ids.map(async (id) => {
    const was = followed[id];
    let work;
    try {
      work = await api.work(id);
    } catch (error) {
      const title = was.title ?? nameOf('category', was.category ?? '');
      return element('li', {}, title, ' ', element('span', { class: 'note' }, text([404, 410].includes(error.status) ? 'follow.gone' : 'follow.unknown')));
    }
    const is = work.properties;
    return element('li', {},
      element('button', { type: 'button', class: 'work', 'data-id': id, onclick: () => choose(work) },
        element('strong', {}, titleOf(is)),
        ...changes(was, is).map((change) => element('span', { class: 'note' }, change))));
  }));
  byId('followed-list').replaceChildren(...lines);
}

function changes(was, is) {
  const time = (instant) => (instant ? moment(instant) : text('deadline_state.none'));
  const found = [];
  if (was.due_at !== is.due_at) found.push(text('follow.moved', { from: time(was.due_at), to: time(is.due_at) }));
  if (was.status !== is.status) found.push(text('follow.status', { from: text(`status.${was.status}`), to: text(`status.${is.status}`) }));
  return found.length > 0 ? found : [text('follow.same', { time: time(is.due_at) })];
}
