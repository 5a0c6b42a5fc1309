// Keeps the app on the device: the page and its files are there without a connection from the second visit on. Answers of
// the API are never kept: what is shown of them offline, the app itself has stored.

/// <reference lib="webworker" />
import { listenForPush } from "./sw-push";

// The compiler takes the scope for a window's.
// eslint-disable-next-line no-restricted-syntax
const worker = self as unknown as ServiceWorkerGlobalScope;

const VERSION = "__VERSION__";
const KEPT = JSON.parse("__KEPT__") as string[];
/** Files of those who sign in: kept from when they are used. */
const LATER = JSON.parse("__LATER__") as string[];
const CACHE = `app-${VERSION}`;
/** The page itself, without anything that belongs to one address. */
const SHELL = "/app/";

listenForPush(worker);

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.add(new Request(SHELL, { cache: "reload" }));
      const used = await usedBefore();
      // Files have their content in their names: what is there needs no second fetch. One that fails comes when it is used.
      await Promise.allSettled(
        [...KEPT, ...used].map(async (name) => {
          const known = await caches.match(name);
          await (known && /-[\w-]{8}\.\w+$/.test(name) ? cache.put(name, known) : cache.add(name));
        }),
      );
    }),
  );
});

/** The files of those who sign in that an earlier version of the app kept here, by their names in this version: who has used
 * them works on without a connection. */
async function usedBefore(): Promise<string[]> {
  const plain = (path: string) => path.replace(/-[\w-]{8}(\.\w+)$/, "$1");
  const used = new Set<string>();
  for (const name of (await caches.keys()).filter((name) => name.startsWith("app-"))) {
    const kept = await (await caches.open(name)).keys();
    for (const { url } of kept) used.add(plain(new URL(url).pathname));
  }
  return LATER.filter((name) => used.has(plain(name)));
}

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith("app-") && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("message", (event) => {
  if (event.data === "take-over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === "POST" && url.origin === worker.location.origin && url.pathname === "/app/share") {
    event.respondWith(shared(request));
    return;
  }
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    const ours =
      url.pathname === "/" ||
      url.pathname.startsWith("/app") ||
      url.pathname.startsWith("/01/") ||
      url.pathname.startsWith("/s/");
    if (ours) event.respondWith(shell(request));
    return;
  }
  if (url.pathname.startsWith("/assets/") || KEPT.includes(url.pathname)) event.respondWith(file(request));
});

/** The page from the device: it is there at once, and its files fit to it. */
async function shell(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(SHELL)) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

/** Another app shares a picture or a text: it is put aside for the scanner, which is opened. lib/shared.ts takes it. */
async function shared(request: Request): Promise<Response> {
  try {
    const form = await request.formData();
    await caches.delete("shared");
    const cache = await caches.open("shared");
    const picture = form.get("picture");
    const text = [form.get("url"), form.get("text"), form.get("title")].find(
      (part) => typeof part === "string" && part.trim() !== "",
    );
    if (picture instanceof File && picture.size > 0) await cache.put("/app/shared/picture", new Response(picture));
    else if (typeof text === "string") await cache.put("/app/shared/text", new Response(text.trim()));
  } catch {
    // The scanner says that it found nothing.
  }
  return Response.redirect("/?shared=1", 303);
}
