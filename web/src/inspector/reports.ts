// Reports as inspectors list them, and the stream of what happens to them.

import { type Listed, type Schemas, done, got } from "../lib/api";
import { follow } from "../lib/follow";
import { session } from "../lib/session.svelte";

/** A report in a list. */
export type Line = Schemas["Listed_ListedReport"]["items"][number];
/** A report with everything that an inspector may see. */
export type Report = Schemas["InspectedReport"];
/** Something that happened to a report. */
export type Step = Schemas["InspectedEvent"];

const OPEN: Schemas["ReportStatus"][] = ["received", "assigned", "needs-information", "reopened"];
/** Whether somebody still waits for an answer. */
export const isOpen = (report: Pick<Line, "status">): boolean => OPEN.includes(report.status);

interface Filter {
  from?: string | undefined;
  to?: string | undefined;
  category?: string | undefined;
  assignee?: string | undefined;
  search?: string | undefined;
}

/** The newest reports of the region, a hundred at once. */
export const list = (filter: Filter, cursor?: string): Promise<Listed<Line>> =>
  got(session.api.GET("/v1/inspector/reports", { params: { query: { ...filter, cursor, limit: 100 } } }));

export const find = (number: string): Promise<Report> =>
  got(session.api.GET("/v1/inspector/reports/{number}", { params: { path: { number } } }));

/** Everything of a list that comes page by page, at most so many pages. */
export async function pages<T>(read: (cursor: string | undefined) => Promise<Listed<T>>, most: number): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const listed = await read(cursor);
    all.push(...listed.items);
    cursor = listed.next_cursor ?? undefined;
    if (!cursor) break;
  }
  return all;
}

/** What an inspector does with a report, each with the body that it takes. */
export interface Acts {
  assign: Schemas["Assignment"];
  messages: Schemas["NewMessage"];
  decision: Schemas["NewDecision"];
}

/** Takes, writes or decides. The same key makes a second try the same deed. */
export function act<What extends keyof Acts>(number: string, what: What, body: Acts[What], key: string): Promise<void> {
  const params = { path: { number }, header: { "Idempotency-Key": key } };
  const ways: { [W in keyof Acts]: (body: Acts[W]) => Promise<unknown> } = {
    assign: (body) => session.api.POST("/v1/inspector/reports/{number}/assign", { params, body }),
    messages: (body) => session.api.POST("/v1/inspector/reports/{number}/messages", { params, body }),
    decision: (body) => session.api.POST("/v1/inspector/reports/{number}/decision", { params, body }),
  };
  return done(ways[what](body));
}

/** A photo, as an address within the page: it comes with the caller's token, never by an address that could be passed on. */
export async function photoOf(number: string, { id }: Schemas["ReportPhoto"]): Promise<string> {
  const params = { path: { number, id } };
  const asked = session.api.GET("/v1/inspector/reports/{number}/photos/{id}", {
    params,
    parseAs: "blob",
    fetch: session.within(60_000),
  });
  return URL.createObjectURL(await got(asked));
}

export type Colleague = Schemas["ColleagueLine"];

/** Inspectors whom a report can be given to. */
export const colleagues = (): Promise<Colleague[]> => got(session.api.GET("/v1/inspector/colleagues"));

/** The alerts about what a report is about. */
export const alertsOf = (number: string): Promise<Schemas["Alert"][]> =>
  got(session.api.GET("/v1/inspector/reports/{number}/alerts", { params: { path: { number } } }));

/** Something that happened to a report, as the stream tells it. */
export interface News {
  number: string;
  what: string;
}

/** News of the stream; none where it says something else. */
export function newsOf(data: string): News | undefined {
  try {
    const parsed: unknown = JSON.parse(data);
    const isNews = typeof parsed === "object" && parsed !== null && "number" in parsed && "what" in parsed;
    return isNews && typeof parsed.number === "string" && typeof parsed.what === "string"
      ? { number: parsed.number, what: parsed.what }
      : undefined;
  } catch {
    return undefined;
  }
}

/** How long a stream stays open at most, in milliseconds. */
const HOUR = 3_600_000;

/** Follows what happens to reports until `signal` ends it. */
export function watchReports(signal: AbortSignal, happened: (news: News) => void): Promise<void> {
  return follow({
    signal,
    open: (after) =>
      got(
        session.api.GET("/v1/inspector/reports/stream", {
          params: { ...(after !== undefined && { header: { "Last-Event-ID": after } }) },
          headers: { accept: "text/event-stream" },
          parseAs: "stream",
          fetch: session.within(HOUR),
          signal,
        }),
      ),
    heard({ kind, data }) {
      const news = kind === "report" ? newsOf(data) : undefined;
      if (news) happened(news);
    },
  });
}
