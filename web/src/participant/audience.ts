import { type Audience, type Role, route } from "../app/route";
import { say } from "../lib/language.svelte";

/** An operator sees what all participants have. */
const roles: Role[] = ["participant", "operator"];

export const audience: Audience = {
  routes: [route("/app/register/orders/:id", () => import("./OrderPage.svelte"), { roles, words: ["more", "staff"] })],
  sections: [
    { slug: "orders", title: () => say("web-register-orders"), place: 1, roles, load: () => import("./Orders.svelte") },
    {
      slug: "products",
      title: () => say("web-register-products"),
      place: 2,
      roles,
      load: () => import("./Products.svelte"),
    },
    {
      slug: "shipments",
      title: () => say("web-shipments"),
      place: 3,
      roles: ["participant"],
      load: () => import("../documents/shipments/Shipments.svelte"),
    },
    {
      slug: "participants",
      title: () => say("web-register-participants"),
      place: 4,
      roles,
      load: () => import("./Participants.svelte"),
    },
  ],
};
