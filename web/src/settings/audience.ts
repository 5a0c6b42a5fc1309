import { type Audience, route } from "../app/route";
import { say } from "../lib/language.svelte";

const words = { words: ["more" as const] };

export const audience: Audience = {
  routes: [
    route("/app/settings", () => import("./SettingsPage.svelte"), words),
    route("/app/design", () => import("./DesignPage.svelte"), words),
  ],
  ways: [
    {
      href: "/app/settings",
      name: () => say("web-way-settings"),
      sign: "more",
      place: 9,
      below: ["/app/settings", "/app/sign-in", "/app/account"],
    },
  ],
};
