// Where each role begins its work.

import type { Schemas } from "../lib/api";

export function home(role: Schemas["Role"]): string {
  switch (role) {
    case "clerk":
      return "/app/deliveries";
    case "inspector":
      return "/app/work";
    case "participant":
    case "operator":
    case "auditor":
      return "/app/register";
  }
}
