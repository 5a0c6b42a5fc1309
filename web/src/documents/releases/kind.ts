import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "releases",
  place: 2,
  title: () => say("web-deed-releases"),
  roles: ["participant"],
  form,
};
