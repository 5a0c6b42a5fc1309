import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";
import view from "./View.svelte";

export const kind: Kind = {
  slug: "recalls",
  place: 7,
  title: () => say("web-deed-recalls"),
  roles: ["participant", "operator"],
  form,
  view,
};
