import { byId } from './dom.js';
import { moment, text } from './language.js';
import { onStored } from './api.js';

let storedAt = null;

/** Keeps what was seen for use without a connection, and says when it is shown. */
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
  navigator.serviceWorker.register('/service-worker.js').then(handOver).catch(() => {});
}

/** Hands the worker what was asked for before it took over, once it has arrived: the browser still has it. */
async function handOver() {
  const worker = await navigator.serviceWorker.ready;
  const hand = (seen) => { if (seen.length > 0) worker.active?.postMessage({ seen }); };
  hand([`${location.origin}/`]);
  new PerformanceObserver((arrived) => hand(arrived.getEntries().filter((entry) => !entry.workerStart).map((entry) => entry.name)))
    .observe({ type: 'resource', buffered: true });
}

/** Shows whether there is a connection and of when that is what is shown. */
export function showOffline() {
  byId('offline').textContent = storedAt ? text('offline.stored', { time: moment(storedAt) })
    : navigator.onLine ? '' : text('offline.none');
}
