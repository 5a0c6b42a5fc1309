import { type Audience, type Role, route } from "../app/route";
import { say } from "../lib/language.svelte";

const roles: Role[] = ["clerk", "participant"];
const more = { roles, words: ["more" as const, "staff" as const] };

export const audience: Audience = {
  routes: [
    route("/app/deliveries", () => import("./DeliveriesPage.svelte"), more),
    route("/app/deliveries/:id", () => import("./DeliveryPage.svelte"), more),
  ],
  ways: [
    {
      href: "/app/deliveries",
      name: () => say("web-way-deliveries"),
      sign: "box",
      place: 6,
      roles,
      below: ["/app/deliveries"],
    },
  ],
};
