// The app itself: its words first, then the page; what can wait comes after.

import { mount } from "svelte";

import App from "./app/App.svelte";
import { watch as watchUpdates } from "./app/update.svelte";
import { core } from "./core/core";
import { need } from "./lib/language.svelte";
import { watch as watchOutbox } from "./lib/outbox.svelte";
import { start } from "./lib/router.svelte";
import { session } from "./lib/session.svelte";
import { settings, show } from "./lib/settings.svelte";
import * as shelf from "./lib/shelf.svelte";
import { ready } from "./lib/tell";

show();
await need("public");
start();
const target = document.getElementById("app");
if (target) {
  // What the server wrote for readers without scripts makes room.
  target.replaceChildren();
  mount(App, { target });
}
void session.resume();
void watchOutbox();
// What is kept for the next visit must not hold up the scanner's core on a slow line.
const scanner = location.pathname === "/" ? core.warm().catch(() => undefined) : undefined;
void Promise.resolve(scanner).then(watchUpdates);
// What comes after the first page is there before it is asked for, or the connection gone.
void Promise.resolve(scanner).then(async () => {
  const [reports] = await Promise.all([
    import("./consumer/reports/reports.svelte"),
    import("./consumer/VerdictPage.svelte"),
    import("./consumer/TypeCode.svelte"),
  ]);
  reports.watch();
});
void Promise.resolve(scanner).then(() => shelf.check());
// Sounds need a page that was touched once.
if (settings.sound !== "none") addEventListener("pointerdown", ready, { once: true });
