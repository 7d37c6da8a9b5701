import { element } from './dom.js';
import { text } from './language.js';

/** Draws the legend from the entries of the style sheet: {group: 'deadline_state'|'kind', value, symbol: address of a picture}. */
export function showLegend(container, entries, theme) {
  container.replaceChildren();
  for (const [group, title] of [['deadline_state', 'legendColour'], ['kind', 'legendShape']]) {
    container.append(
      element('h2', {}, text(title)),
      element('ul', {}, ...entries.filter((entry) => entry.group === group).map((entry) => element('li', {},
        element('img', { src: `${entry.symbol}${theme ? `?theme=${theme}` : ''}`, alt: '', width: 24, height: 24, loading: 'lazy' }),
        text(`${group}.${entry.value}`)))));
  }
  container.append(element('p', {}, text('legendCounts')));
}
