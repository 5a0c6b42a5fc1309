import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "sales",
  place: 4,
  title: () => say("web-deed-sales"),
  roles: ["participant"],
  form,
};
