import { byId, element } from './dom.js';
import { text } from './language.js';

/** Draws the legend from entries {group: 'deadline_state'|'kind', value, symbol: address of a picture}. */
export function showLegend(entries, theme) {
  for (const group of ['deadline_state', 'kind']) {
    byId(`legend-${group}`).replaceChildren(...entries.filter((entry) => entry.group === group).map(({ symbol, value }) => element('li', {},
      element('img', { src: symbol + (theme && `?theme=${theme}`), alt: '', width: 24, height: 24, loading: 'lazy' }), text(`${group}.${value}`))));
  }
}
