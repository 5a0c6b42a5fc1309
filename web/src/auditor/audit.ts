// What the record of who did what is searched by.

import type { paths } from "../generated/api";

export type Filter = NonNullable<paths["/v1/audit/export.csv"]["get"]["parameters"]["query"]>;

const DAY = 86_400_000;

/** The beginning of a day in Kazakhstan, so much later, in milliseconds. */
const begins = (day: string, later = 0): string | undefined =>
  day ? new Date(Date.parse(`${day}T00:00:00+05:00`) + later).toISOString() : undefined;

/** A filter of what was written; days as those of Kazakhstan, the last one to its end. */
export function filterOf(written: Record<"actor" | "action" | "object" | "from" | "to", string>): Filter {
  return {
    actor: written.actor.trim() || undefined,
    action: written.action || undefined,
    object: written.object.trim() || undefined,
    from: begins(written.from),
    to: begins(written.to, DAY),
  };
}
