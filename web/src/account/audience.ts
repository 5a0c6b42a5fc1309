import { type Audience, route } from "../app/route";

const words = { words: ["more" as const, "staff" as const] };

export const audience: Audience = {
  routes: [
    route("/app/sign-in", () => import("./SignInPage.svelte"), words),
    route("/app/account", () => import("./AccountPage.svelte"), words),
  ],
};
