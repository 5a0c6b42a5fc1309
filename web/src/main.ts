// Starts the app: its words first, then the page; what can wait comes after.

import "./design/tokens.css";
import "./design/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { watch as watchUpdates } from "./app/update.svelte";
import { core } from "./core/core";
import { need } from "./lib/language.svelte";
import { watch as watchOutbox } from "./lib/outbox.svelte";
import { start } from "./lib/router.svelte";
import { session } from "./lib/session.svelte";
import { show } from "./lib/settings.svelte";

show();
// The scanner's core is the heaviest thing: it comes while the page is put up.
if (location.pathname === "/") void core.warm().catch(() => undefined);
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
void watchUpdates();
// Small, and not needed for the first page.
void import("./reports/reports.svelte").then((reports) => reports.watch());
