import { type Audience, type Role, route } from "../app/route";
import { say } from "../lib/language.svelte";

const roles: Role[] = ["participant", "operator", "auditor"];

export const audience: Audience = {
  routes: [route("/app/register", () => import("./RegisterPage.svelte"), { roles, words: ["more", "staff"] })],
  ways: [
    {
      href: "/app/register",
      name: () => say("web-way-register"),
      sign: "building",
      place: 5,
      roles,
      below: ["/app/register"],
    },
  ],
};
