import { dayOf, daysAfter, isDay, past, today } from './clock.js';
import { byId, settled } from './dom.js';
import { asked, askTime, days, shownAt, when } from './question.js';
import { dayNames, moment, text } from './language.js';

const [words, day, until, hour, slider] = ['when-words', 'day', 'until', 'hour', 'day-slider'].map(byId);
const choices = [...document.querySelectorAll('#time [data-when]')];

/** Lets somebody choose the time; `onChange` is called once they have. */
export function enableTime(onChange) {
  const changed = settled(() => { showTime(); onChange(); }, 250);
  const ask = (time) => { askTime(time); showTime(); changed(); };
  for (const choice of choices) choice.onclick = () => ask(begin(choice.dataset.when));
  byId('to-now').onclick = byId('past').onclick = () => { ask(); choices[0].focus(); };
  slider.oninput = () => ask({ day: daysAfter(today(), Number(slider.value)), hour: asked.hour });
  hour.onchange = () => { asked.hour = hour.value; changed(); };
  day.onchange = until.onchange = () => {
    const [first, last] = [day.value, until.value];
    // What is not whole yet is still being typed.
    if (!isDay(first) || !day.reportValidity() || (asked.until && !isDay(last))) return;
    ask(asked.at ? { at: first } : { day: first, until: asked.until && (last < first ? first : last), hour: asked.hour });
  };
}

/** What a choice begins with. */
function begin(choice) {
  const first = asked.day || today();
  return {
    now: {}, day: { day: first }, period: { day: first, until: daysAfter(first, 6) }, was: { at: past(asked.day) || daysAfter(today(), -1) },
  }[choice] ?? { when: choice };
}

/** Shows the time that is asked, in words too; the style sheet shows what goes with it. */
export function showTime() {
  const chosen = when();
  document.body.dataset.when = chosen;
  for (const choice of choices) choice.setAttribute('aria-pressed', String(choice.dataset.when === chosen));
  // Typing goes on.
  const set = (field, value) => { if (field.value !== value) field.value = value; };
  set(day, asked.at ? dayOf(shownAt()) : asked.day);
  set(until, asked.until);
  set(hour, asked.hour);
  day.max = asked.at ? daysAfter(today(), -1) : until.max;
  slider.value = (Date.parse(asked.day) - Date.parse(today())) / 86_400_000 || 0;
  words.textContent = byId('past-words').textContent = timeText(chosen);
  slider.setAttribute('aria-valuetext', words.textContent);
}

function timeText(chosen) {
  const [first, last] = days() || [];
  return text(`when.words.${asked.hour ? 'hour' : chosen}`, {
    time: asked.at && asOf(), days: first && dayNames(first, last, first === last ? 'long' : undefined), hour: hour.selectedOptions[0].textContent,
  });
}

/** The moment as of which works are told, in words. */
export const asOf = () => (isDay(asked.at) ? dayNames(asked.at) : moment(asked.at));
