import { type Audience, type Route, route } from "../app/route";
import { say } from "../lib/language.svelte";
import ScanPage from "./ScanPage.svelte";

/** The address as printed on the label: without our own question about the language. */
function labelLink(): string {
  const [path = "", query = ""] = location.href.split("#", 1)[0]?.split("?") ?? [];
  const rest = query.split("&").filter((part) => part !== "" && !part.startsWith("lang="));
  return rest.length > 0 ? `${path}?${rest.join("&")}` : path;
}

/** Links printed on labels: the core and the server read their content. */
const label: Route = {
  find: (path) => (path.startsWith("/01/") || path.startsWith("/s/") ? { link: labelLink() } : undefined),
  load: () => import("./VerdictPage.svelte"),
};

const words = { words: ["more" as const] };

export const audience: Audience = {
  routes: [
    // The scanner comes with the app; everything else when it is opened.
    route("/", () => Promise.resolve({ default: ScanPage })),
    label,
    route("/app/scans/:id", () => import("./VerdictPage.svelte")),
    route("/app/history", () => import("./HistoryPage.svelte"), words),
    route("/app/shelf", () => import("./ShelfPage.svelte"), words),
    route("/app/recalls", () => import("./RecallsPage.svelte"), words),
    route("/app/compare", () => import("./ComparePage.svelte"), words),
    route("/app/report", () => import("./reports/ReportPage.svelte"), words),
    route("/app/reports", () => import("./reports/ReportsPage.svelte"), words),
    route("/app/reports/:number", () => import("./reports/FollowPage.svelte"), words),
  ],
  ways: [
    { href: "/", name: () => say("web-way-scan"), sign: "scan", place: 1, below: ["/app/scans"] },
    {
      href: "/app/history",
      name: () => say("web-way-history"),
      sign: "history",
      place: 2,
      below: ["/app/history", "/app/compare", "/app/shelf", "/app/recalls"],
    },
    {
      href: "/app/reports",
      name: () => say("web-way-reports"),
      sign: "report",
      place: 3,
      below: ["/app/reports", "/app/report"],
    },
  ],
};
