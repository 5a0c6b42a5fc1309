// The little of a browser that modules look at when they are loaded.

import { vi } from "vitest";

const events = new EventTarget();
const kept = new Map<string, string>();

const browser = {
  window: globalThis,
  location: new URL("https://tanba.test/app/"),
  navigator: { languages: ["en"], onLine: true },
  localStorage: {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  },
  document: { documentElement: { lang: "", dataset: {} }, addEventListener: () => undefined },
  addEventListener: events.addEventListener.bind(events),
  removeEventListener: events.removeEventListener.bind(events),
};
for (const [name, value] of Object.entries(browser))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** Answers every request with what this says, and keeps the requests. */
export function answering(answer: (request: Request) => Response | Promise<Response>): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", (given: Request, init?: RequestInit) => {
    const request = new Request(given, init);
    asked.push(request);
    return Promise.resolve(answer(request));
  });
  return asked;
}
