// Messages to this device when there is an answer to a report. The browser gives an address at its maker's push service; the
// server sends "there is an answer" to it, encrypted, and drops it with the report.

import { Refusal, api, done, got } from "../../lib/api";
import { type Kept, followed, keep, of } from "./reports.svelte";

/** Whether this browser can show messages: on an iPhone only once the app was added to the home screen. */
export const possible = (): boolean =>
  "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** Whether its owner has forbidden messages: only the browser's settings change that. */
export const forbidden = (): boolean => possible() && Notification.permission === "denied";

/** Whether answers to this report are announced here. */
export const announced = (kept: Kept): boolean =>
  kept.subscription !== undefined && possible() && Notification.permission === "granted";

/** What the browser encrypts to and for whom: as the server's key says. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** Whether the server sends messages at all. */
export async function offered(): Promise<boolean> {
  if (!possible()) return false;
  try {
    await key();
    return true;
  } catch {
    return false;
  }
}

const key = async (): Promise<string> => (await got(api.GET("/v1/push/key"))).public_key;

/** Asks for leave, subscribes, and returns the report as it is kept from now on; nothing without leave. */
export async function announce(kept: Kept): Promise<Kept | undefined> {
  // First of all, while the press of the button is fresh: browsers ask for nothing later.
  if ((await Notification.requestPermission()) !== "granted") return undefined;
  const applicationServerKey = bytes(await key());
  const worker = await navigator.serviceWorker.ready;
  const known = await worker.pushManager.getSubscription();
  // One for another key, of a register that was set up anew, is of no use.
  const fits =
    known?.options.applicationServerKey &&
    same(new Uint8Array(known.options.applicationServerKey), applicationServerKey);
  if (known && !fits) await known.unsubscribe();
  const subscription =
    known && fits ? known : await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  const { path, header } = of(kept);
  const { id } = await got(
    api.POST("/v1/reports/{number}/subscriptions", {
      params: { path, header: { ...header, "Idempotency-Key": crypto.randomUUID() } },
      body: { endpoint: endpoint ?? "", keys: { p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" } },
    }),
  );
  const now = { ...kept, subscription: id };
  await keep(now);
  return now;
}

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** Ends the messages about a report, and the browser's subscription with the last of them. */
export async function silence(kept: Kept): Promise<Kept> {
  if (kept.subscription !== undefined) {
    const { path, header } = of(kept);
    const params = { path: { ...path, id: kept.subscription }, header };
    try {
      await done(api.DELETE("/v1/reports/{number}/subscriptions/{id}", { params }));
    } catch (error) {
      // A report whose key fits no more has no subscription either.
      if (!(error instanceof Refusal && error.problem.status === 404)) throw error;
    }
  }
  const { subscription: _, ...now } = kept;
  await keep(now);
  const others = await followed();
  if (others.every((report) => report.subscription === undefined)) {
    const worker = await navigator.serviceWorker.ready;
    await (await worker.pushManager.getSubscription())?.unsubscribe();
  }
  return now;
}
