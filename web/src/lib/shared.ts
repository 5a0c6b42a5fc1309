// What another app handed to this one through the system's own menu: the service worker has put it aside, and it is taken
// once.

/** Where the service worker puts it: sw.ts has the same names. */
const SHARED = "shared";
const PICTURE = "/app/shared/picture";
const TEXT = "/app/shared/text";

/** The picture or the text that was shared. */
export async function takeShared(): Promise<{ picture?: Blob; text?: string }> {
  if (!("caches" in globalThis)) return {};
  try {
    const cache = await caches.open(SHARED);
    const [picture, text] = [await cache.match(PICTURE), await cache.match(TEXT)];
    const taken = { ...(picture && { picture: await picture.blob() }), ...(text && { text: await text.text() }) };
    await caches.delete(SHARED);
    return taken;
  } catch {
    return {};
  }
}
