import { type Audience, type Role, route } from "../app/route";
import { say } from "../lib/language.svelte";

const roles: Role[] = ["inspector"];
const more = { roles, words: ["more" as const, "staff" as const] };

export const audience: Audience = {
  routes: [
    route("/app/work", () => import("./WorkPage.svelte"), more),
    route("/app/work/map", () => import("./MapPage.svelte"), more),
    route("/app/work/reports/:number", () => import("./InspectReportPage.svelte"), more),
    route("/app/work/alerts/:id", () => import("./AlertPage.svelte"), more),
  ],
  ways: [{ href: "/app/work", name: () => say("web-way-work"), sign: "list", place: 4, roles, below: ["/app/work"] }],
};
