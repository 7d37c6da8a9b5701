import { byId } from './dom.js';
import { moment, text } from './language.js';
import { onStored } from './api.js';

let storedAt = null;

/** Keeps what was seen for when there is no connection, and says when that is what is shown. */
export function enableOffline(onBack) {
  onStored((stored) => {
    if (stored === storedAt) return;
    storedAt = stored;
    showOffline();
  });
  addEventListener('offline', showOffline);
  addEventListener('online', () => { showOffline(); onBack(); });
  showOffline();
  if (!('serviceWorker' in navigator)) return;
  // What was asked for before the worker took over passes it by, whether it has arrived by then or not.
  navigator.serviceWorker.addEventListener('controllerchange', () => { keepSeen(); setTimeout(keepSeen, 3000); });
  navigator.serviceWorker.register('/service-worker.js').then(keepSeen).catch(() => {});
}

/** Hands the worker what was loaded before it was there, from the browser's own store and so at no cost. */
export async function keepSeen() {
  if (!('serviceWorker' in navigator)) return;
  const ready = await navigator.serviceWorker.ready;
  const seen = performance.getEntriesByType('resource').map((entry) => entry.name);
  ready.active.postMessage({ seen: [`${location.origin}/`, ...new Set(seen)] });
}

/** Shows whether there is a connection and of when that is what is shown. */
export function showOffline() {
  byId('offline').textContent = storedAt ? text('offline.stored', { time: moment(storedAt) })
    : navigator.onLine ? '' : text('offline.none');
}
