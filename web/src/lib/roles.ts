// The roles by their names.

import type { Schemas } from "./api";
import { say } from "./language.svelte";

type Role = Schemas["Role"];

export function roleName(role: Role): string {
  switch (role) {
    case "clerk":
      return say("web-role-clerk");
    case "inspector":
      return say("web-role-inspector");
    case "participant":
      return say("web-role-participant");
    case "operator":
      return say("web-role-operator");
    case "auditor":
      return say("web-role-auditor");
  }
}

/** Roles that operators give: auditors, who watch them, are named at the command line. */
export const GIVEN: Role[] = ["clerk", "participant", "inspector", "operator"];

/** Whether a role belongs to a participant. */
export const isOfParticipant = (role: Role): boolean => role === "clerk" || role === "participant";
