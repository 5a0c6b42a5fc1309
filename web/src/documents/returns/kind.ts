import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "returns",
  place: 5,
  title: () => say("web-deed-returns"),
  roles: ["participant"],
  form,
};
