// The service worker: keeps the app usable without a connection, and brings its new versions. A new version waits until the
// person takes it or the app is opened next, so that nothing that is being written is lost.

const state = $state({ ready: false });
let waiting: ServiceWorker | null = null;

export const update = {
  /** Whether a new version waits. */
  get ready(): boolean {
    return state.ready;
  },
  /** Takes the new version now. */
  apply(): void {
    waiting?.postMessage("take-over");
  },
};

/** Registers the worker; without one the app works as long as there is a connection. */
export async function watch(): Promise<void> {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const had = navigator.serviceWorker.controller !== null;
  let asked = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker takes over quietly; a newer one was asked for.
    if (had && !asked) {
      asked = true;
      location.reload();
    }
  });
  try {
    const registration = await navigator.serviceWorker.register("/sw.js");
    const look = () => {
      waiting = registration.waiting;
      state.ready = waiting !== null && navigator.serviceWorker.controller !== null;
    };
    look();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
    });
  } catch {
    // Refused by the browser: nothing is lost but the offline start.
  }
}
