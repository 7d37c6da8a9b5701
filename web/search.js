import * as api from './api.js';
import { byId, button, element, settled } from './dom.js';
import { language, text } from './language.js';

/** Looks for places while somebody types; `onPlace` goes to one, `onWords` asks for works with these words. */
export function enableSearch(onPlace, onWords, fail) {
  const words = byId('words');
  const look = async () => {
    const wanted = words.value.trim();
    if (!wanted) return clear();
    try {
      show(await api.places(wanted), wanted);
    } catch (error) {
      if (error.name !== 'AbortError') {
        show([], wanted);
        fail(error);
      }
    }
  };
  const show = (places, wanted) => {
    byId('found-count').textContent = text('search.found', { count: places.length });
    byId('found').replaceChildren(
      ...places.map((place) => item(`${place.names[language] ?? place.name} · ${text(`layer.${place.layer}`)}`, () => onPlace(place))),
      item(text('search.works', { words: wanted }), () => onWords(wanted)));
  };
  const item = (label, action) => element('li', {}, button(label, () => { clear(); action(); }));
  const clear = () => {
    api.only('places');
    byId('found').replaceChildren();
    byId('found-count').textContent = '';
  };
  const lookSoon = settled(look, 250);
  words.oninput = lookSoon;
  words.onkeydown = (event) => { if (event.key === 'Escape') clear(); };
  byId('search').onsubmit = async (event) => {
    event.preventDefault();
    lookSoon.cancel();
    if (!words.value.trim()) return onWords('');
    await look();
    // Somebody who went elsewhere meanwhile stays there.
    if (byId('search').contains(document.activeElement)) byId('found').querySelector('button')?.focus();
  };
}
