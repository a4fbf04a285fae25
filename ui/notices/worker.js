// Keeps the files that never change, shows a page when there is no line, and says what was pushed.
// Pages themselves are never kept: they belong to whoever is logged in.
const FILES = "files-{{ version }}";
const LASTING = ["/_nicegui/{{ nicegui }}/", "/static/"];
const OFFLINE = "/offline?{{ language }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((files) => files.add(new Request(OFFLINE, { cache: "reload" }))));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== FILES) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  // an address with neither version is not for ever
  else if (pathname.startsWith(LASTING[0]) || (pathname.startsWith(LASTING[1]) && search)) event.respondWith(file(request));
});

async function page(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch (lost) {
    return (await caches.match(OFFLINE)) || Promise.reject(lost);
  }
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const found = await fetch(request);
  if (found.ok && found.type === "basic") {
    const copy = found.clone();
    caches.open(FILES).then((files) => files.put(request, copy)).catch(() => {}); // the phone is full
  }
  return found;
}

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {} // not ours; something must be shown all the same
  const { title = "Broadcaster", body = "", path = "/", language } = told;
  event.waitUntil(self.registration.showNotification(title, {
    body, lang: language, tag: path, renotify: true, data: path, icon: "/static/icon-192.png", badge: "/static/badge.png",
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data || "/", location.origin);
  if (address.origin !== location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = open.find((one) => one.url === address.href);
    if (there) return there.focus();
    return self.clients.openWindow(address.href);
  })());
});
