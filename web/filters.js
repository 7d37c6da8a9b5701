import { byId, button, element, settled } from './dom.js';
import { daysAfter, daysBetween, today } from './clock.js';
import { asked, choices, filterCount } from './question.js';
import { dayName, nameOf, names, text } from './language.js';

/** Days ahead that the slider reaches. */
const reach = 30;

/** Builds the form from what is asked; `onChange` is called when something else is asked. */
export function showFilters(onChange) {
  const form = byId('filter-form');
  form.onsubmit = (event) => event.preventDefault();
  const changed = () => { showCount(); onChange(); };
  const categories = [...new Set([...names('category'), ...asked.category])]
    .sort((a, b) => nameOf('category', a).localeCompare(nameOf('category', b)));
  form.replaceChildren(
    period(settled(changed, 250)),
    group('kind', choices.kind, changed),
    group('deadline_state', choices.deadline_state, changed),
    group('status', choices.status, changed),
    element('details', { open: asked.category.length > 0 },
      element('summary', {}, text('filters.category')), group('category', categories, changed)),
    element('label', { class: 'choice' }, checkbox(asked.closed, (on) => { asked.closed = on; changed(); }, 'closed'), text('showClosed')),
    button(text('filters.clear'), () => {
      Object.assign(asked, { kind: [], category: [], status: [], deadline_state: [], q: '', day: '', hour: '', closed: false });
      showFilters(onChange);
      changed();
      byId('filters').querySelector('summary').focus();
    }, { id: 'clear' }));
  showCount();
}

/** How many filters are set, beside the title, so that a folded form hides nothing. */
function showCount() {
  const count = filterCount();
  byId('filters-count').textContent = count ? text('filters.count', { count }) : '';
}

function checkbox(checked, onChoice, id) {
  return element('input', { type: 'checkbox', id, checked, onchange: (event) => onChoice(event.target.checked) });
}

function group(name, values, changed) {
  return element('fieldset', {}, element('legend', {}, text(`filters.${name}`)),
    element('div', { class: 'choices' }, ...values.map((value) => element('label', { class: 'choice' },
      checkbox(asked[name].includes(value), (on) => {
        asked[name] = on ? [...asked[name], value] : asked[name].filter((other) => other !== value);
        changed();
      }, `${name}-${value}`), nameOf(name, value)))));
}

/** A day by its date or by a slider from today on, the whole of it or one hour. */
function period(changed) {
  const first = today();
  const slider = element('input', { type: 'range', id: 'day-slider', min: 0, max: reach, 'aria-label': text('filters.slider') });
  const day = element('input', { type: 'date', id: 'day' });
  const hour = element('select', { id: 'hour' }, element('option', { value: '' }, text('filters.wholeDay')),
    ...Array.from({ length: 24 }, (_, hour) => element('option', { value: hour }, `${String(hour).padStart(2, '0')}:00`)));
  const shown = element('output', { for: 'day-slider day hour' });
  const anyTime = button(text('filters.anyTime'), () => set(''), { id: 'any-time' });
  function show() {
    day.value = asked.day;
    hour.value = asked.hour;
    hour.disabled = !asked.day;
    anyTime.disabled = !asked.day;
    slider.value = asked.day ? daysBetween(first, asked.day) : 0;
    shown.textContent = asked.day ? dayName(asked.day) : text('filters.now');
    slider.setAttribute('aria-valuetext', shown.textContent);
  }
  function set(value) {
    asked.day = value;
    if (!value) asked.hour = '';
    show();
    changed();
  }
  slider.addEventListener('input', () => set(daysAfter(first, Number(slider.value))));
  day.addEventListener('change', () => set(day.value));
  hour.addEventListener('change', () => { asked.hour = hour.value; changed(); });
  show();
  return element('fieldset', {}, element('legend', {}, text('filters.when')), shown, slider,
    element('div', { class: 'row' },
      element('label', { for: 'day' }, text('filters.day')), day,
      element('label', { for: 'hour' }, text('filters.hour')), hour, anyTime));
}
