import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "shipments",
  place: 3,
  title: () => say("web-deed-shipments"),
  roles: ["participant"],
  form,
};
