import { beforeEach, expect, test, vi } from "vitest";

import * as db from "../lib/db";
import { known, send } from "./outbox";
import type { Kept } from "./types";

/** What the core's outbox received, and what it answers. */
const core = vi.hoisted(() => ({
  kept: [] as { id: string; verdict?: string | null }[],
  refuses: new Map<string, string>(),
  parcels: [] as { number: number; body: string }[],
  settled: [] as [number, number, number | undefined][],
  waiting: [] as { id: string; refused: boolean }[],
  inUse: false,
}));
vi.mock("virtual:core", () => ({
  IndexedDbStorage: {
    open: () =>
      core.inUse ? Promise.reject(new Error("in-use")) : Promise.resolve({ close: () => Promise.resolve() }),
  },
  Outbox: {
    open: () =>
      Promise.resolve({
        keepScan(scan: Kept) {
          const slug = core.refuses.get(scan.id);
          if (slug && !(slug === "unfit-verdict" && !scan.verdict)) return Promise.reject(new Error(slug));
          core.kept.push(scan);
          return Promise.resolve();
        },
        next: () => Promise.resolve(core.parcels.shift()),
        settle: (number: number, status: number, after?: number) => {
          core.settled.push([number, status, after]);
          return Promise.resolve();
        },
        dueAt: () => undefined,
        waiting: () => core.waiting,
        discard: (id: string) => {
          core.waiting = core.waiting.filter((scan) => scan.id !== id);
          return Promise.resolve();
        },
      }),
  },
}));

const scan = (id: string, more: Partial<Kept> = {}): Kept => ({
  id,
  code: "01",
  taken_at: "2026-11-20T09:00:00Z",
  consent: "none",
  device: "d",
  ...more,
});
const put = async (...scans: Kept[]) => {
  for (const one of scans) await db.put("outbox", one.id, one);
};
const left = async () => (await db.list("outbox")).map(({ id }) => id);

beforeEach(async () => {
  await db.clear("outbox");
  Object.assign(core, { kept: [], parcels: [], settled: [], waiting: [], inUse: false });
  core.refuses.clear();
});

test("a scan leaves its place when the core has it; one whose owner was not asked yet stays", async () => {
  await put(scan("a"), scan("b", { held: true }));
  await send(false);
  expect(core.kept.map(({ id }) => id)).toEqual(["a"]);
  expect(await left()).toEqual(["b"]);
});

test("a full outbox leaves the rest where it is", async () => {
  await put(scan("a"), scan("b"), scan("c"));
  core.refuses.set("b", "full");
  await send(false);
  expect(await left()).toEqual(["b", "c"]);
});

test("a verdict that the core does not know is left out, and what no server takes is dropped", async () => {
  await put(scan("new", { verdict: "sold" }), scan("broken"));
  core.refuses.set("new", "unfit-verdict");
  core.refuses.set("broken", "malformed");
  await send(false);
  expect(core.kept).toEqual([expect.not.objectContaining({ verdict: "sold" })]);
  expect(await left()).toEqual([]);
});

test("sending ends with the first parcel without an answer", async () => {
  core.parcels.push({ number: 1, body: "{}" }, { number: 2, body: "{}" });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no connection")));
  await send(true);
  expect(core.settled).toEqual([[1, 0, undefined]]);
});

test("a refused scan is given up, and the time to come back is handed on", async () => {
  core.parcels.push({ number: 1, body: "{}" });
  core.waiting = [
    { id: "a", refused: true },
    { id: "b", refused: false },
  ];
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 429, headers: { "retry-after": "30" } })));
  expect(await send(true)).toEqual({ waiting: 1 });
  expect(core.settled).toEqual([[1, 429, 30]]);
  expect(await known()).toBe(1);
});

test("while another tab sends, this one looks again a little later", async () => {
  core.inUse = true;
  const outgoing = await send(true);
  expect(outgoing.again).toBeDefined();
});
