import { today, zone } from './clock.js';
import { kept } from './dom.js';

// The page's languages are listed in locales/index.json; each is one file beside it.
let languages = [];
let fallback = 'ru';
let texts = {};
let lent = {};
export let language = 'ru';

/** Reads which languages there are: a list of {code, name}. */
export async function readLanguages() {
  ({ fallback, languages } = await (await fetch('/locales/index.json')).json());
  return languages;
}

/** The first that we have of the languages of the address, of the choice before, of the browser and of the city. */
export function preferredLanguage(asked, city) {
  const wanted = [asked, new URLSearchParams(location.search).get('lang'), kept('language'), ...navigator.languages, city];
  return wanted.map((code) => code?.toLowerCase().split('-')[0]).find((code) => languages.some((known) => known.code === code)) ?? fallback;
}

export async function useLanguage(code) {
  const read = async (code) => (await fetch(`/locales/${code}.json`)).json();
  // A language that says it lacks some texts borrows them.
  const lender = languages.find((known) => known.code === code)?.borrows;
  [texts, lent] = await Promise.all([read(code), lender ? read(lender) : {}]);
  language = code;
  document.documentElement.lang = code;
  translate(document);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === code));
  }
}

/** Puts the words of a part of the page into the language, and has its links to other pages name it. */
export function translate(part) {
  for (const element of part.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  for (const element of part.querySelectorAll('[data-label]')) element.setAttribute('aria-label', text(element.dataset.label));
  for (const link of part.querySelectorAll('a[data-text][href^="/"]')) {
    const address = new URL(link.href);
    address.searchParams.set('lang', language);
    link.href = address.pathname + address.search;
  }
}

const within = (texts, path) => path.split('.').reduce((node, key) => node?.[key], texts);
const find = (path) => within(texts, path) ?? within(lent, path);

/** The text with this path, such as `status.done`; `values` fill its {places}, and `count` chooses the plural form. */
export function text(path, values = {}) {
  let found = find(path);
  if (found && typeof found === 'object') {
    found = found[new Intl.PluralRules(language).select(values.count)] ?? found.other;
  }
  return (found ?? path).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** The names under a path, such as all of `category`. */
export const names = (path) => Object.keys(find(path) ?? {});

/** The name of a code under a path; a code that nobody has named is shown as words. */
export function nameOf(path, code) {
  const name = text(`${path}.${code}`);
  return name === `${path}.${code}` ? code.replaceAll('_', ' ') : name;
}

/** A text of a work in the page's language where its source gave one. */
export const inLanguage = (properties, field) => properties.extra?.[`${field}_${language}`] ?? properties[field];

/** A work's title, else what it is about. */
export const titleOf = (properties) => inLanguage(properties, 'title') ?? nameOf('category', properties.category);

/** A moment in words, by the city's clocks; nothing of nothing. */
export const moment = (instant, style = { dateStyle: 'medium', timeStyle: 'short' }) =>
  instant && new Intl.DateTimeFormat(language, { ...style, timeZone: zone }).format(new Date(instant));

/** Days of the calendar in words, with the year unless it is this one. */
export const dayNames = (first, last = first, weekday = undefined) => new Intl.DateTimeFormat(language, {
  weekday, day: 'numeric', month: 'long', timeZone: 'UTC',
  year: [first, last].every((day) => day.slice(0, 4) === today().slice(0, 4)) ? undefined : 'numeric',
}).formatRange(Date.parse(first), Date.parse(last));
