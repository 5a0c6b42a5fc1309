import { say } from "../../lib/language.svelte";
import type { Kind } from "../kind";
import form from "./Form.svelte";

export const kind: Kind = {
  slug: "withdrawals",
  place: 6,
  title: () => say("web-deed-withdrawals"),
  roles: ["participant"],
  form,
};
