// Messages that the service worker shows: there is an answer to a report. The server writes them in the person's language.

/// <reference lib="webworker" />

interface Message {
  report: string;
  title: string;
  body: string;
  lang: string;
}

/** Listens for messages and for presses on them. */
export function listenForPush(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener("push", (event) => {
    event.waitUntil(show(worker, event.data));
  });
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(worker, event.notification.data as string));
  });
}

async function show(worker: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  let message: Message;
  try {
    message = data?.json() as Message;
    if (typeof message.report !== "string" || typeof message.title !== "string") return;
  } catch {
    return;
  }
  const { report, title, body, lang } = message;
  // One notice a report: a later message takes the place of the earlier one.
  await worker.registration.showNotification(title, { body, lang, tag: report, data: report, icon: "/icon-512.png" });
}

/** Brings the report to the front: in a tab of the app, or in a new one. */
async function open(worker: ServiceWorkerGlobalScope, report: string): Promise<void> {
  const address = `/app/reports/${encodeURIComponent(report)}`;
  const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const tab = tabs.find((tab) => new URL(tab.url).pathname === address) ?? tabs[0];
  if (!tab) return void (await worker.clients.openWindow(address));
  if (new URL(tab.url).pathname !== address)
    await tab.navigate(address).catch(() => worker.clients.openWindow(address));
  await tab.focus();
}
