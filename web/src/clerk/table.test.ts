import { expect, test } from "vitest";

import type { Delivery } from "./deliveries";
import { csv, fileName } from "./table";

const delivery = (...codes: string[]): Delivery => ({
  id: "d",
  account: "a",
  name: "Поставка: 20/11 «молоко»",
  startedAt: "2026-11-20T09:00:00Z",
  scanned: codes.map((code) => ({ code, at: "2026-11-20T09:05:00Z" })),
  answered: 0,
});
/** The cells of the third column: the codes. */
async function codes(...given: string[]): Promise<string[]> {
  const [, ...lines] = (await csv(delivery(...given)).text()).trim().split("\r\n");
  return lines.map((line) => line.split(";")[2] ?? "");
}

test("no cell is taken for a formula, also by signs that only look like one (X27)", async () => {
  const dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"];
  for (const code of dangerous) expect(await codes(code)).toEqual([expect.stringMatching(/^"'/)]);
  expect(await codes("010487")).toEqual(['"010487"']);
});

test("quotation marks within a cell are doubled", async () => {
  expect(await codes('01"x')).toEqual(['"01""x"']);
});

test("a table begins with the mark of UTF-8, for spreadsheets", async () => {
  const bytes = new Uint8Array(await csv(delivery()).arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
});

test("a file is named after its delivery, without what file systems refuse", () => {
  expect(fileName(delivery(), "csv")).toBe("Поставка-20-11-молоко.csv");
});
