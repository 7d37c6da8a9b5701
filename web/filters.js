import { byId, element } from './dom.js';
import { asked, askNothing, lists } from './question.js';
import { nameOf, names, text } from './language.js';
import { showTime } from './time.js';

const form = byId('filter-form');

/** Lets somebody choose; `onChange` is called when something else is asked. */
export function enableFilters(onChange) {
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = () => {
    const chosen = new FormData(form);
    for (const name of lists) asked[name] = chosen.getAll(name);
    asked.closed = chosen.has('closed');
    showCount();
    onChange();
  };
  byId('clear').onclick = () => {
    askNothing();
    showFilters();
    showTime();
    onChange();
    byId('filters').querySelector('summary').focus();
  };
}

/** Shows what is asked. */
export function showFilters() {
  const categories = [...new Set([...names('category'), ...asked.category])]
    .sort((a, b) => nameOf('category', a).localeCompare(nameOf('category', b)));
  byId('categories').replaceChildren(...categories.map((code) => element('label', { class: 'choice' },
    element('input', { type: 'checkbox', name: 'category', value: code, id: `category-${code}` }), nameOf('category', code))));
  for (const box of form.querySelectorAll('input')) {
    box.checked = box.id === 'closed' ? asked.closed : asked[box.name].includes(box.value);
  }
  if (asked.category.length > 0) byId('categories').closest('details').open = true;
  showCount();
}

/** How many filters are set, beside the title, so that a folded form hides nothing. */
function showCount() {
  const count = [...lists, 'q', 'closed'].filter((name) => String(asked[name] || '')).length;
  byId('filters-count').textContent = count ? text('filters.count', { count }) : '';
}
