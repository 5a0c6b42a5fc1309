// Reports as inspectors list them.

import type { Schemas } from "../lib/api";
import { session } from "../lib/session.svelte";

export type Report = Schemas["ListedReport"];

const OPEN = ["received", "assigned", "needs-information", "reopened"];
/** Whether somebody still waits for an answer. */
export const isOpen = (report: Report): boolean => OPEN.includes(report.status);

/** The newest reports of the region, at most so many pages of a hundred. */
export async function list(query: Record<string, string | undefined>, pages: number): Promise<Report[]> {
  const all: Report[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const listed = await session.get<Schemas["Listed_ListedReport"]>("/v1/inspector/reports", { query: { ...query, cursor, limit: 100 } });
    all.push(...(listed.items as Report[]));
    cursor = listed.next_cursor ?? undefined;
    if (!cursor) break;
  }
  return all;
}
