// Reports as inspectors list them.

import { type Schemas, path } from "../lib/api";
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
    const listed = await session.get<Schemas["Listed_ListedReport"]>("/v1/inspector/reports", {
      query: { ...query, cursor, limit: 100 },
    });
    all.push(...(listed.items as Report[]));
    cursor = listed.next_cursor ?? undefined;
    if (!cursor) break;
  }
  return all;
}

/** Something that happened to a report, as the stream tells it. */
export interface News {
  number: string;
  what:
    | "received"
    | "replied"
    | "reopened"
    | "assigned"
    | "taken-from-you"
    | "given-to-you"
    | "answered"
    | "decided"
    | "deleted"
    | "expired";
}

export type Colleague = Schemas["ColleagueLine"];

/** Inspectors whom a report can be given to. */
export const colleagues = (): Promise<Colleague[]> => session.get("/v1/inspector/colleagues");

/** The alerts about what a report is about. */
export const alertsOf = (number: string): Promise<Schemas["Alert"][]> =>
  session.get(path("/v1/inspector/reports/{number}/alerts", { number }));

/** Follows what happens to reports until `signal` ends it; comes back by itself after a break, where it left off. */
export async function watchReports(signal: AbortSignal, happened: (news: News) => void): Promise<void> {
  let last: string | undefined;
  let pause = 1_000;
  while (!signal.aborted) {
    try {
      const response = await session.fetch("/v1/inspector/reports/stream", {
        headers: { accept: "text/event-stream", ...(last && { "last-event-id": last }) },
        patience: 3_600_000,
        signal,
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) break;
        pause = 1_000;
        text += piece.value;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          last = /^id: ?(.+)$/m.exec(event)?.[1] ?? last;
          const data = /^event: ?report$/m.test(event) && /^data: ?(.+)$/m.exec(event)?.[1];
          if (data) happened(JSON.parse(data) as News);
        }
      }
    } catch {
      // Away for a while, or not there at all.
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, 60_000);
  }
}
