// What operators see of accounts and of requests that another operator approves.

import type { Schemas } from "../lib/api";

export type AccountCard = Schemas["AccountCard"];
export type AccountSecrets = Schemas["AccountSecrets"];
export type WithSecrets = Schemas["AccountWithSecrets"];
export type Approval = Schemas["Approval"];

/** Whether an answer says that another operator has to approve first. */
export const isAsked = (answer: object): answer is Approval => "asked_by" in answer;

/** A role, and what goes with it, as the forms hold them. */
export interface RoleGiven {
  role: Schemas["Role"];
  participant: string;
  region: string;
}

/** What is sent of a role: a participant or a region only where the role has one. */
export function roleBody({ role, participant, region }: RoleGiven): Schemas["RoleOf"] {
  const isOfParticipant = role === "clerk" || role === "participant";
  return {
    role,
    ...(isOfParticipant && { participant: participant.trim() }),
    ...(role === "inspector" && { region: region.trim() }),
  };
}
