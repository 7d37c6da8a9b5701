/** Makes an element: `on…` attributes are listeners, `null` and `false` ones are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (isNothing(value)) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => !isNothing(child)));
  return made;
}

const isNothing = (value) => [null, undefined, false].includes(value);

/** A text that was kept on this device; none where the browser forbids it. */
export function kept(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

/** Keeps a text on this device; tells whether the browser could. */
export function keep(key, value) {
  try { localStorage.setItem(key, value); } catch { return false; }
  return true;
}

export const byId = (id) => document.getElementById(id);

/** A button that does not send a form. */
export const button = (label, onclick, attributes = {}) => element('button', { type: 'button', onclick, ...attributes }, label);

/** Runs `action` once calls have ceased for a while; `cancel` takes back the last. */
export function settled(action, milliseconds) {
  let timer;
  const call = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds, ...values);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
