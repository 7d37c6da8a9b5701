// Keeps what was seen, so that it can be looked at again without a connection. The network always comes first.

/** Each store and how many answers it holds; the longest unused give way. */
const stores = { 'tiles-1': 600, 'answers-1': 150, 'page-1': 60 };

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (!(name in stores)) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('message', (event) => event.waitUntil((async () => {
  for (const address of event.data?.seen ?? []) {
    const request = new Request(address, { cache: 'force-cache' });
    const name = storeFor(request);
    if (!name || await (await caches.open(name)).match(request, { ignoreVary: true })) continue;
    const answer = await fetch(request).catch(() => null);
    if (answer?.ok) await keep(name, request, answer);
  }
})()));

self.addEventListener('fetch', (event) => {
  const name = storeFor(event.request);
  if (name) event.respondWith(answer(event, name));
});

/** The store for a request, or none if its answer is not kept. */
function storeFor(request) {
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== self.location.origin) return null;
  if (/^\/(open311|health|metrics)/.test(address.pathname)) return null;
  if (/^\/tiles\/.*\.png$/.test(address.pathname)) return 'tiles-1';
  return /^\/(api|ogc|tiles|geojson)\//.test(address.pathname) ? 'answers-1' : 'page-1';
}

async function answer(event, name) {
  try {
    const fresh = await fetch(event.request);
    if (fresh.ok && fresh.type === 'basic') event.waitUntil(keep(name, event.request, fresh.clone()));
    return fresh;
  } catch (error) {
    const stored = await find(event.request, name);
    if (!stored) throw error;
    const headers = new Headers(stored.headers);
    headers.set('X-Stored-At', headers.get('X-Kept-At') ?? headers.get('Date') ?? '');
    return new Response(stored.body, { status: stored.status, statusText: stored.statusText, headers });
  }
}

async function find(request, name) {
  const store = await caches.open(name);
  // The map's page is the same for every link to it.
  const isMap = request.mode === 'navigate' && new URL(request.url).pathname === '/';
  return store.match(request, { ignoreVary: true, ignoreSearch: isMap });
}

async function keep(name, request, answer) {
  const headers = new Headers(answer.headers);
  headers.set('X-Kept-At', new Date().toISOString());
  const store = await caches.open(name);
  // Taken out and put in again, it is the youngest of the store.
  await store.delete(request, { ignoreVary: true });
  await store.put(request, new Response(await answer.arrayBuffer(), { status: answer.status, headers }));
  const keys = await store.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - stores[name]))) await store.delete(old);
}
