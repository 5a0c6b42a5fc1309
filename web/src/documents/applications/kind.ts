import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "applications",
  place: 1,
  title: () => say("web-deed-applications"),
  roles: ["participant"],
  form,
};
