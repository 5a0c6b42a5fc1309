import type { Audience } from "../app/route";
import { say } from "../lib/language.svelte";

export const audience: Audience = {
  sections: [
    {
      slug: "audit",
      title: () => say("web-register-audit"),
      place: 9,
      roles: ["auditor"],
      load: () => import("./Audit.svelte"),
    },
  ],
};
