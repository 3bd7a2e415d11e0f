// Keeps pages for reading without a line: the shell, the learner's own pages and what they opened.
// The pages of one user are deleted before another's are kept.

const FILES = "files";
const PAGES = "pages";
const META = "meta";
const USER = "/user-of-the-pages";
const KEPT = /^\/(dashboard\/student|learn|missions|coaching|unsent)(\/|$)/;
const OFFLINE = "/offline";
const MAX_PAGES = 60;
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
  }
});

/** Pages of another user, or of one who logged out, are deleted. */
async function keepFor(user) {
  const meta = await caches.open(META);
  const before = await meta.match(USER).then((answer) => answer?.text());
  if (before !== String(user)) {
    await caches.delete(PAGES);
    await meta.put(USER, new Response(String(user)));
  }
}

async function isSignedIn() {
  const answer = await (await caches.open(META)).match(USER);
  return answer !== undefined && (await answer.text()) !== "null";
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) {
    return;
  }
  if (url.pathname.startsWith("/_next/static/")) {
    event.respondWith(fromFiles(request));
  } else if (request.mode === "navigate") {
    event.respondWith(page(request, url));
  }
});

/** Their names change with their content. */
async function fromFiles(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
  }
  return answer;
}

async function page(request, url) {
  const isKept = KEPT.test(url.pathname) && (await isSignedIn());
  const cache = await caches.open(PAGES);
  const kept = isKept ? await cache.match(url.pathname) : undefined;
  try {
    const answer = await (kept ? inTime(fetch(request)) : fetch(request));
    if (isKept && answer.ok && !answer.redirected) {
      await cache.put(url.pathname, answer.clone());
      await forgetOldest(cache);
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
  for (const old of pages.slice(0, Math.max(0, pages.length - MAX_PAGES))) {
    await cache.delete(old);
  }
}
