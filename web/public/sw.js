// Keeps pages for reading without a line: the shell, the learner's own pages and what they opened.
// The pages of one user are deleted before another's are kept.

const FILES = "files";
const PAGES = "pages";
const META = "meta";
const USER = "/user-of-the-pages";
const PUSH_USER = "/user-of-push";
const KEPT = /^\/(dashboard\/student|learn|missions|coaching|unsent)(\/|$)/;
const OFFLINE = "/offline";
const LOG_IN = "/log-in";
const SIGN_UP = "/sign-up";
const MAX_KEPT = 200;
const SLOW_MS = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(FILES)
      .then((cache) => cache.add(OFFLINE))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.type === "user") {
    event.waitUntil(keepFor(event.data.user));
    event.waitUntil(stopPushOfAnother(event.data.user));
  } else if (event.data?.type === "push-user") {
    event.waitUntil(note(PUSH_USER, event.data.user));
  } else if (event.data?.type === "take-received") {
    event.ports[0].postMessage(received);
    received = 0;
  }
});

/** Bytes that came over the line to this worker and that no page has counted yet. */
let received = 0;
if ("PerformanceObserver" in self) {
  new PerformanceObserver((list) => {
    for (const { transferSize } of list.getEntries()) {
      received += transferSize ?? 0; // old browsers do not know it
    }
  }).observe({ type: "resource", buffered: true });
}

/** Pages of another user, or of one who logged out, are deleted. */
async function keepFor(user) {
  if ((await noted(USER)) !== String(user)) {
    await caches.delete(PAGES);
    await note(USER, user);
  }
}

async function isSignedIn() {
  return ![undefined, "null"].includes(await noted(USER));
}

async function note(key, value) {
  await (await caches.open(META)).put(key, new Response(String(value)));
}

async function noted(key) {
  const answer = await (await caches.open(META)).match(key);
  return answer?.text();
}

/** Messages of one user are not shown to the next one of this phone. */
async function stopPushOfAnother(user) {
  const owner = await noted(PUSH_USER);
  if (owner !== undefined && user !== null && owner !== String(user)) {
    const subscription = await self.registration.pushManager.getSubscription();
    await subscription?.unsubscribe();
    await (await caches.open(META)).delete(PUSH_USER);
  }
}

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));

/** The message says of what kind it is; the words are ours, in the language chosen here. */
async function show(data) {
  const { id, kind } = data?.json() ?? {};
  const { title, text, address, language } = await wordsOf(kind);
  const options = { body: text, tag: id, lang: language, data: { address } };
  await self.registration.showNotification(title, options);
}

async function wordsOf(kind) {
  try {
    const answer = await inTime(fetch(`/bff/notifications/${encodeURIComponent(kind)}`));
    if (answer.ok) {
      return await answer.json();
    }
  } catch {
    // Without a line it has no words but our name.
  }
  return { title: "Ongoza CyberHub", text: "", address: "/notifications", language: "en" };
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.address));
});

/** In the window that shows it already, else in a new one: what is written in others stays. */
async function openPage(address) {
  const windows = await self.clients.matchAll({ type: "window" });
  const shown = windows.find(({ url }) => url === new URL(address, self.location.origin).href);
  await (shown ? shown.focus() : self.clients.openWindow(address));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (url.pathname.startsWith("/_next/static/")) {
    event.respondWith(fromFiles(event));
  } else if (request.mode === "navigate") {
    if (url.pathname === LOG_IN || url.pathname === SIGN_UP) {
      event.waitUntil(keepFor(null)); // another user may log in next
    }
    event.respondWith(page(event, url));
  }
});

/** Their names change with their content. */
async function fromFiles(event) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(event.request);
  if (kept) {
    return kept;
  }
  const answer = await fetch(event.request);
  if (answer.ok) {
    keepLater(event, cache, event.request, answer);
  }
  return answer;
}

/** The answer goes to the page at once; a phone that is full keeps nothing. */
function keepLater(event, cache, key, answer) {
  const copy = answer.clone();
  event.waitUntil(
    cache
      .put(key, copy)
      .then(() => forgetOldest(cache))
      .catch(() => undefined),
  );
}

async function page(event, url) {
  const isKept = KEPT.test(url.pathname) && (await isSignedIn());
  const cache = await caches.open(PAGES);
  const key = url.pathname + url.search;
  const kept = isKept ? await cache.match(key) : undefined;
  try {
    const answer = await (kept ? inTime(fetch(event.request)) : fetch(event.request));
    if (isKept && answer.ok && !answer.redirected) {
      keepLater(event, cache, key, answer);
    }
    if (answer.redirected && new URL(answer.url).pathname === LOG_IN) {
      await keepFor(null); // the session ended: the next user is another, perhaps
    }
    return answer;
  } catch {
    return kept ?? (await (await caches.open(FILES)).match(OFFLINE)) ?? Response.error();
  }
}

/** A line that gives nothing for seconds is as good as none when the page is here. */
function inTime(answer) {
  return Promise.race([
    answer,
    new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), SLOW_MS)),
  ]);
}

async function forgetOldest(cache) {
  const pages = await cache.keys();
  for (const old of pages.slice(0, Math.max(0, pages.length - MAX_KEPT))) {
    await cache.delete(old);
  }
}
