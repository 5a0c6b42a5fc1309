// Which page is shown. Addresses are real: they can be shared, reloaded and gone back from. Only same-site links are taken
// over; everything else is the browser's.

/** Whether there is a page of ours to go back to. */
let moved = false;
const state = $state({ path: location.pathname, search: location.search });

function now(): void {
  state.path = location.pathname;
  state.search = location.search;
}

/** The path of the page. */
export function path(): string {
  return state.path;
}

/** One of the address's parameters. */
export function parameter(name: string): string | null {
  return new URLSearchParams(state.search).get(name);
}

/** Goes to another page. */
export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  moved = true;
  now();
  scrollTo(0, 0);
}

/** Goes back, or to `otherwise` when the app was opened on this page. */
export function back(otherwise: string): void {
  if (moved) history.back();
  else go(otherwise, true);
}

/** The parts of the path that a pattern like `/app/reports/:number` names; none when it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.replace(/\/$/, "").split("/");
  const parts = path.replace(/\/$/, "").split("/");
  if (wanted.length !== parts.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? "";
    if (want.startsWith(":")) {
      try {
        found[want.slice(1)] = decodeURIComponent(part);
      } catch {
        return undefined;
      }
    } else if (want !== part) return undefined;
  }
  return found;
}

/** Starts to follow links and the browser's buttons. */
export function start(): void {
  addEventListener("popstate", now);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest("a");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    const inside = link.pathname === "/" || link.pathname.startsWith("/app/");
    if (!inside) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
