import type { Audience, Role } from "../app/route";
import { say } from "../lib/language.svelte";

const roles: Role[] = ["operator"];

export const audience: Audience = {
  sections: [
    { slug: "sequences", title: () => say("web-sequences"), place: 5, roles, load: () => import("./Sequences.svelte") },
    {
      slug: "accounts",
      title: () => say("web-register-accounts"),
      place: 6,
      roles,
      load: () => import("./Accounts.svelte"),
    },
    { slug: "keys", title: () => say("web-register-keys"), place: 7, roles, load: () => import("./Keys.svelte") },
    { slug: "jobs", title: () => say("web-register-jobs"), place: 8, roles, load: () => import("./FailedJobs.svelte") },
  ],
};
