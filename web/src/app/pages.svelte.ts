// Every page and its address. What consumers need first is loaded at once; everything else when it is opened.

import type { Component } from "svelte";

import ScanPage from "../consumer/ScanPage.svelte";
import VerdictPage from "../consumer/VerdictPage.svelte";
import type { Sign } from "../design/Icon.svelte";
import { need, say } from "../lib/language.svelte";
import { match } from "../lib/router.svelte";
import { session } from "../lib/session.svelte";

type Props = Record<string, unknown>;
// A page takes whatever its address names.
type Page = { default: Component<Props> };
type Load = () => Promise<unknown>;

/** A page that is shown: how to get it, what it is given, and when it counts as another one. */
export interface Shown {
  load: () => Promise<Page>;
  props: Props;
  key: string;
}

const at =
  (page: unknown): Load =>
  () =>
    Promise.resolve({ default: page });
/** Pages for those who sign in bring their words along. */
const staff =
  (load: Load): Load =>
  async () => {
    await need("staff");
    return load();
  };

const PAGES: [string, Load][] = [
  ["/", at(ScanPage)],
  ["/app/scans/:id", at(VerdictPage)],
  ["/app/history", () => import("../consumer/HistoryPage.svelte")],
  ["/app/shelf", () => import("../consumer/ShelfPage.svelte")],
  ["/app/recalls", () => import("../consumer/RecallsPage.svelte")],
  ["/app/compare", () => import("../consumer/ComparePage.svelte")],
  ["/app/report", () => import("../consumer/reports/ReportPage.svelte")],
  ["/app/reports", () => import("../consumer/reports/ReportsPage.svelte")],
  ["/app/reports/:number", () => import("../consumer/reports/FollowPage.svelte")],
  ["/app/design", () => import("./DesignPage.svelte")],
  ["/app/settings", () => import("./SettingsPage.svelte")],
  ["/app/sign-in", staff(() => import("../account/SignInPage.svelte"))],
  ["/app/account", staff(() => import("../account/AccountPage.svelte"))],
  ["/app/work", staff(() => import("../inspector/WorkPage.svelte"))],
  ["/app/work/map", staff(() => import("../inspector/MapPage.svelte"))],
  ["/app/work/reports/:number", staff(() => import("../inspector/InspectReportPage.svelte"))],
  ["/app/work/alerts/:id", staff(() => import("../inspector/AlertPage.svelte"))],
  ["/app/register", staff(() => import("../register/RegisterPage.svelte"))],
  ["/app/register/orders/:id", staff(() => import("../participant/OrderPage.svelte"))],
  ["/app/deliveries", staff(() => import("../clerk/DeliveriesPage.svelte"))],
  ["/app/deliveries/:id", staff(() => import("../clerk/DeliveryPage.svelte"))],
];

/** The address as it stands on the label: without our own question about the language. */
function labelLink(): string {
  const [path = "", query = ""] = location.href.split("#", 1)[0]?.split("?") ?? [];
  const rest = query.split("&").filter((part) => part !== "" && !part.startsWith("lang="));
  return rest.length > 0 ? `${path}?${rest.join("&")}` : path;
}

/** The page at a path. */
export function page(path: string): Shown {
  // Links that stand on labels: whatever they hold, the core and the server read it.
  if (path.startsWith("/01/") || path.startsWith("/s/")) {
    return { load: at(VerdictPage) as Shown["load"], props: { link: labelLink() }, key: path };
  }
  for (const [pattern, load] of PAGES) {
    const props = match(pattern, path === "/" ? "" : path) ?? (pattern === path ? {} : undefined);
    if (props) return { load: load as Shown["load"], props, key: pattern + JSON.stringify(props) };
  }
  return { load: (() => import("./MissingPage.svelte")) as unknown as Shown["load"], props: {}, key: "missing" };
}

interface Way {
  href: string;
  name: string;
  sign: Sign;
  here: (path: string) => boolean;
}

/** The ways shown on every page: those of everybody, and one for the work of who is signed in. */
export function ways(): Way[] {
  const below =
    (...prefixes: string[]) =>
    (path: string) =>
      prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  const ways: Way[] = [
    {
      href: "/",
      name: say("web-way-scan"),
      sign: "scan",
      here: (path) => path === "/" || path.startsWith("/app/scans"),
    },
    {
      href: "/app/history",
      name: say("web-way-history"),
      sign: "history",
      here: below("/app/history", "/app/compare", "/app/shelf", "/app/recalls"),
    },
    { href: "/app/reports", name: say("web-way-reports"), sign: "report", here: below("/app/reports", "/app/report") },
  ];
  switch (session.account?.role) {
    case "clerk":
      ways.push({
        href: "/app/deliveries",
        name: say("web-way-deliveries"),
        sign: "box",
        here: below("/app/deliveries"),
      });
      break;
    case "inspector":
      ways.push({ href: "/app/work", name: say("web-way-work"), sign: "list", here: below("/app/work") });
      break;
    case "participant":
      ways.push({
        href: "/app/register",
        name: say("web-way-register"),
        sign: "building",
        here: below("/app/register"),
      });
      ways.push({
        href: "/app/deliveries",
        name: say("web-way-deliveries"),
        sign: "box",
        here: below("/app/deliveries"),
      });
      break;
    case "operator":
    case "auditor":
      ways.push({
        href: "/app/register",
        name: say("web-way-register"),
        sign: "building",
        here: below("/app/register"),
      });
      break;
    case undefined:
  }
  ways.push({
    href: "/app/settings",
    name: say("web-way-settings"),
    sign: "more",
    here: below("/app/settings", "/app/sign-in", "/app/account"),
  });
  return ways;
}
