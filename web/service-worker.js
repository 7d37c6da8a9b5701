// Keeps what the map's page has shown for use without a connection. The network always comes first.
//
// What is not named here passes by: pages behind a sign-in, other pages and what they ask for, requests with a token, and whatever the
// service says must not be stored. The moment that works are told as of is part of their addresses, so no answer stands for another's.

/** Each store and how many answers it holds; the longest unused give way. Others are of older workers and go. */
const stores = { 'tiles-2': 600, 'answers-2': 150, 'page-2': 60 };

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (!(name in stores)) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('message', (event) => event.waitUntil((async () => {
  if (!isMap(event.source)) return;
  for (const address of event.data?.seen ?? []) {
    const request = new Request(address, { cache: 'force-cache' });
    const name = storeFor(request);
    if (!name || await (await caches.open(name)).match(request, { ignoreVary: true })) continue;
    const answer = await fetch(request).catch(() => null);
    if (answer) await keep(name, request, answer);
  }
})()));

self.addEventListener('fetch', (event) => {
  const name = storeFor(event.request);
  if (name) event.respondWith(answer(event, name));
});

/** Whether it is the map's page that asks. */
const isMap = (client) => Boolean(client) && new URL(client.url).pathname === '/';

/** The store for a request, or none if its answer is not kept. */
function storeFor(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || request.headers.has('Authorization')) return null;
  if (pathname.startsWith('/staff') || request.referrer.startsWith(`${origin}/staff`)) return null;
  if (request.mode === 'navigate') return pathname === '/' ? 'page-2' : null;
  if (/^\/tiles\/.*\.png$/.test(pathname)) return 'tiles-2';
  if (/^\/(api\/(city|legend|places|sources|works\/[^/]+(\/history)?)|ogc\/collections\/works\/items(\/[^/]+)?)$/.test(pathname)) return 'answers-2';
  if (/^\/(api|cap|feeds|geojson|health|ledger|metrics|ogc|open311|reports|tiles|works|wzdx)\//.test(pathname)) return null;
  return pathname === '/' || /\.(css|ico|jpe?g|js|json|png|svg|webp|woff2)$/.test(pathname) ? 'page-2' : null;
}

/** Whether an answer may be kept: it is whole, ours, the same for everybody, and nothing forbids it. */
function isKeepable(answer) {
  return answer.ok && !answer.redirected && answer.type !== 'opaque'
    && !/\b(no-store|private)\b/i.test(answer.headers.get('Cache-Control') ?? '')
    && !/\b(cookie|authorization)\b|\*/i.test(answer.headers.get('Vary') ?? '');
}

async function answer(event, name) {
  const { request } = event;
  if (request.mode !== 'navigate' && !isMap(await self.clients.get(event.clientId))) return fetch(request);
  try {
    const fresh = await fetch(request);
    event.waitUntil(keep(name, request, fresh.clone()));
    // What was taken out of the public record is not kept for use without a connection.
    if (fresh.status === 410) event.waitUntil(caches.open(name).then((store) => store.delete(request, { ignoreVary: true })));
    return fresh;
  } catch (error) {
    // The map's page is the same for every link to it.
    const stored = await (await caches.open(name)).match(request, { ignoreVary: true, ignoreSearch: request.mode === 'navigate' });
    if (!stored) throw error;
    const headers = new Headers(stored.headers);
    headers.set('X-Stored-At', headers.get('X-Kept-At') ?? headers.get('Date') ?? '');
    return new Response(stored.body, { status: stored.status, statusText: stored.statusText, headers });
  }
}

async function keep(name, request, answer) {
  if (!isKeepable(answer)) return;
  const headers = new Headers(answer.headers);
  headers.set('X-Kept-At', new Date().toISOString());
  const store = await caches.open(name);
  // Taken out and put in again, it is the youngest of the store.
  await store.delete(request, { ignoreVary: true });
  await store.put(request, new Response(await answer.arrayBuffer(), { status: answer.status, headers }));
  const keys = await store.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - stores[name]))) await store.delete(old);
}
