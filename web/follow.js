import * as api from './api.js';
import { byId, element, keep, kept } from './dom.js';
import { moment, nameOf, text, titleOf } from './language.js';

const key = 'followed';
const most = 50;

/** What was seen of each work that is followed, by its id; it never leaves this device. */
function read() {
  try {
    return { ...JSON.parse(kept(key)) };
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
  const isNew = !followed[work.id];
  if (isNew && Object.keys(followed).length >= most) return 'follow.full';
  if (isNew) followed[work.id] = seen(work);
  else delete followed[work.id];
  return !write(followed) ? 'follow.failed' : isNew ? 'follow.started' : 'follow.stopped';
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
    const work = await api.work(id).catch((error) => ({ error }));
    const { error, properties: is } = work;
    if (error) {
      const why = text([404, 410].includes(error.status) ? 'follow.gone' : 'follow.unknown');
      return element('li', {}, was.title ?? nameOf('category', was.category ?? ''), ' ', element('span', { class: 'note' }, why));
    }
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
