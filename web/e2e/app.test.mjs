// The app as a whole: every verdict, history, settings, what works without a connection, clerks, inspectors, the register;
// each page held against WCAG 2.2 AA and the page's policy.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
  ALMATY,
  accessible,
  codeOf,
  copied,
  reopen,
  signIn,
  stage,
  type,
  until,
  useStage,
  visit,
  withCore,
} from "./stage.mjs";

useStage();

/** A screen so tall that nothing lies beneath the bar at its foot. */
const TALL = { height: 5_000 };

async function picture() {
  const file = join(stage.folder, "photo.png");
  writeFileSync(file, Buffer.from(await (await fetch(stage.base + stage.codes[0].label_url)).arrayBuffer()));
  return file;
}

test("every verdict has a page that everybody can read, in every language, by day and by night", async () => {
  const looks = [
    { language: "kk", width: 320, dark: false },
    { language: "ru", width: 390, dark: true },
    { language: "en", width: 1280, dark: false },
  ];
  for (const look of looks) {
    const { context, page, faults } = await visit({ ...look, ...TALL });
    for (const verdict of new Set(stage.codes.map((code) => code.expected))) {
      await type(page, codeOf(verdict));
      await accessible(page, `${verdict} ${look.language}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${verdict} ${look.language} is ${overflow} pixels too wide`);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("every page of the public can be used by everybody", async () => {
  for (const look of [
    { language: "kk", width: 320 },
    { language: "ru", width: 390, dark: true },
    { language: "en", width: 1280 },
  ]) {
    const { context, page, faults } = await visit({ ...look, ...TALL });
    for (const path of [
      "/",
      "/app/history",
      "/app/shelf",
      "/app/recalls",
      "/app/compare",
      "/app/report",
      "/app/reports",
      "/app/settings",
      "/app/sign-in",
      "/app/design",
      "/app/nowhere",
    ]) {
      await page.goto(path);
      await page.waitForSelector("h1");
      await accessible(page, `${path} ${look.language}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${path} ${look.language} is ${overflow} pixels too wide`);
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("a photo from the gallery is read", withCore, async () => {
  const { context, page } = await visit({ language: "en" });
  await page.goto("/");
  await page.locator("input[type=file]").setInputFiles(await picture());
  await page.waitForSelector("article");
  await context.close();
});

test(
  "from the second visit the app opens without a connection, judges what it can, and sends scans later, once each",
  withCore,
  async () => {
    const { context, page } = await visit({ language: "en", serviceWorkers: "allow" });
    await type(page, codeOf("in-circulation"));
    await type(page, codeOf("expired"));
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(
      async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null,
      undefined,
    );
    // The core, its list of keys and the words have to be on the device.
    await page.waitForLoadState("networkidle");
    await context.setOffline(true);
    await type(page, codeOf("sold"));
    await page.getByText("The phone itself gave this answer").waitFor();
    const sent = [];
    page.on(
      "request",
      (request) => request.url().endsWith("/v1/scans") && sent.push(...JSON.parse(request.postData()).items),
    );
    await context.setOffline(false);
    await page.getByText("marked as sold").first().waitFor();
    await until(() => sent.length > 0, "the scan is sent");
    assert.equal(new Set(sent.map((scan) => scan.id)).size, sent.length);
    assert.equal(sent.filter((scan) => scan.code === codeOf("sold")).length, 1);
    await context.close();
  },
);

test(
  "scans that an earlier version of the app left are sent once each, though two tabs want to",
  withCore,
  async () => {
    const { context, page } = await visit({ language: "en" });
    await page.goto("/app/settings");
    await page.waitForSelector("h1");
    const left = Array.from({ length: 150 }, () => crypto.randomUUID());
    const code = codeOf("sold");
    await page.evaluate(
      ({ left, code, device }) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open("tanba");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const writing = opening.result.transaction("outbox", "readwrite");
            for (const id of left)
              writing.objectStore("outbox").put(
                {
                  id,
                  code,
                  taken_at: new Date().toISOString(),
                  consent: "none",
                  device,
                  source: "camera",
                  verdict: "sold",
                },
                id,
              );
            writing.oncomplete = () => (opening.result.close(), resolve());
          };
        }),
      { left, code, device: crypto.randomUUID() },
    );
    const sent = [];
    context.on(
      "request",
      (request) =>
        request.url().endsWith("/v1/scans") && sent.push(JSON.parse(request.postData()).items.map((scan) => scan.id)),
    );
    const other = await context.newPage();
    await Promise.all([page.reload(), other.goto("/app/settings")]);
    await until(() => sent.flat().length >= left.length, "all scans are sent");
    assert.deepEqual(sent.flat().sort(), left.sort());
    assert.ok(sent.every((parcel) => parcel.length <= 100));
    await context.close();
  },
);

test("a report that is finished without a connection arrives exactly once", async () => {
  const { context, page } = await visit({ language: "en" });
  await page.goto("/app/reports");
  await page.goto("/app/report");
  await page.locator("input[type=radio]").nth(1).check();
  await page.locator("textarea").fill("The seam came apart.");
  await page.locator("input[type=file]").setInputFiles(await picture());
  await page.waitForSelector("li img");
  await context.setOffline(true);
  await page.locator("form button[type=submit]").click();
  await page.getByText("Will be sent once there is a connection").waitFor();
  let posts = 0;
  page.on(
    "request",
    (request) => (posts += Number(request.method() === "POST" && request.url().endsWith("/v1/reports"))),
  );
  await context.setOffline(false);
  await page.getByText(/^TB-/).first().waitFor();
  assert.equal(await page.getByText(/^TB-/).count(), 1);
  assert.equal(posts, 1);
  await context.close();
});

/** The place that a report's page shows: latitude, longitude, metres. */
async function shownPlace(page) {
  const text = await page.getByText(/^Place: /).innerText();
  return text.match(/[\d.,]+/g).map((figure) => Number(figure.replace(/,(?=\d{3})/g, "").replace(/,$/, "")));
}

/** Waits until the place is another than before. */
async function moved(page, before) {
  await page.waitForFunction((before) => {
    const line = [...document.querySelectorAll("span")].find((span) => span.textContent.startsWith("Place: "));
    return line && line.textContent !== before;
  }, before);
}

/** U19 */
test("the place of a violation is pointed at on a map, moved from the keyboard, and arrives with the report", async () => {
  // Without WebGL the same is drawn as SVG.
  for (const withGl of [true, false]) {
    const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
    if (!withGl) {
      await page.addInitScript(() => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return /webgl/.test(kind) ? null : original.call(this, kind, ...rest);
        };
      });
    }
    await page.goto("/app/report");
    await page.locator("input[type=radio]").nth(2).check();
    await page.locator("textarea").fill("Boots without a mark.");
    await page.getByRole("button", { name: "Choose on the map" }).click();
    const map = page.locator(withGl ? ".maplibregl-canvas" : "svg[role=application]");
    await map.waitFor();
    await page.getByLabel("Town").selectOption("Almaty");
    await page.getByText(/^Place: 43\.\d+, 76\.\d+/).waitFor();
    await page.getByText("The place is only approximate").waitFor();
    const text = () => page.getByText(/^Place: /).innerText();
    const town = await text();
    await map.click({ position: { x: 120, y: 90 } });
    await moved(page, town);
    const [north, east, metres] = await shownPlace(page);
    assert.ok(north > 43 && north < 45 && east > 75 && east < 77 && metres < 10_000, `${north} ${east} ${metres}`);
    const tapped = await text();
    await (withGl ? page.getByRole("button", { name: "Pin: the place" }) : map).press("ArrowRight");
    await moved(page, tapped);
    assert.ok((await shownPlace(page))[1] > east);
    await accessible(page, `a report with a map ${withGl ? "by WebGL" : "as SVG"}`);
    if (withGl) {
      // Without tiles there are no streets: the map says so and goes no nearer than towns can be told apart.
      await page.getByText("This map shows towns only, no streets").waitFor();
      const nearer = page.locator(".maplibregl-ctrl-zoom-in");
      await until(
        async () => (await nearer.isDisabled()) || (await nearer.click({ force: true }), false),
        "the map comes no nearer",
      );
    }
    const nudged = await text();
    await page.getByRole("button", { name: "in the middle" }).click();
    await moved(page, nudged);
    const last = await shownPlace(page);
    assert.ok(last[2] > 100, `a place that was pointed at without streets is sure to ${last[2]} metres`);
    const posted = page.waitForRequest(
      (request) => request.method() === "POST" && request.url().endsWith("/v1/reports"),
    );
    await page.locator("form button[type=submit]").click();
    await page.waitForURL(/\/app\/reports\/TB-/);
    const form = (await posted).postData();
    const sent = Number(/name="latitude"\s+([\d.]+)/.exec(form)[1]);
    assert.equal(sent.toFixed(4), last[0].toFixed(4));
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("a draft is still there after the app was closed", async () => {
  const { context, page } = await visit({ language: "en" });
  await page.goto("/app/report");
  await page.locator("textarea").fill("No mark on the box.");
  await page.getByText("The draft is kept").waitFor();
  await page.goto("/app/reports");
  await page.locator("a[href*='draft=']").click();
  assert.equal(await page.locator("textarea").inputValue(), "No mark on the box.");
  await context.close();
});

test("a clerk checks a delivery: one is missing, one was scanned twice", async () => {
  const { context, page, faults } = await visit({ language: "en", ...TALL });
  await signIn(page, "dala");
  await page.goto("/app/deliveries");
  const code = codeOf("in-circulation");
  const { code: named } = await (
    await fetch(`${stage.base}/v1/verify`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code }),
    })
  ).json();
  await page.getByRole("button", { name: "New check" }).click();
  await page.locator("dialog input[type=radio]").nth(1).check();
  await page.locator("dialog textarea").fill(`${named.gtin} 2`);
  await page.locator("dialog button[type=submit]").click();
  // The same label before a camera is one scan; one that is scanned again after another is meant.
  for (const scanned of [code, codeOf("expired"), code]) {
    await page.getByPlaceholder("Type the code or use a scanner").fill(scanned);
    await page.keyboard.press("Enter");
  }
  await page.locator(".totals", { hasText: "scanned again" }).waitFor();
  const totals = await page.locator(".totals").innerText();
  assert.match(totals, /1\s+scanned again/);
  assert.match(totals, /1\s+missing/);
  await accessible(page, "a delivery");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV", exact: true }).click();
  assert.match((await download).suggestedFilename(), /\.csv$/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("an inspector takes a report of the region, asks, and decides; its author reads the answer", async () => {
  const author = await visit({ language: "en", geolocation: ALMATY });
  await author.page.goto("/app/report");
  await author.page.locator("input[type=radio]").nth(2).check();
  await author.page.locator("textarea").fill("Boots without a mark.");
  await author.page.getByRole("button", { name: "Use my location" }).click();
  await author.page.getByText(/Place: 43/).waitFor();
  await author.page.locator("form button[type=submit]").click();
  await author.page.waitForURL(/\/app\/reports\/TB-/);
  const number = author.page.url().match(/TB-[\d-]+/)[0];

  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "inspector");
  await page.locator("a", { hasText: number }).click();
  await page.getByText("Boots without a mark.").waitFor();
  await page.getByRole("button", { name: "Assign to me" }).click();
  await page.getByText("Assigned to you.").waitFor();
  await accessible(page, "a report as an inspector sees it");
  await page.locator("input[value=confirmed]").check();
  await page.locator("form.card textarea").fill("The goods were taken off the shelf.");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Decision saved.").waitFor();
  for (const path of ["/app/work", "/app/work/map"]) {
    await reopen(page, path);
    await page.locator(`li a[href$="${number}"]`).waitFor({ state: path === "/app/work" ? "detached" : "visible" });
    await accessible(page, path);
  }
  await page.locator(`section li a[href$="${number}"]`).waitFor();
  assert.deepEqual(faults, []);
  await context.close();

  await author.page.reload();
  await author.page.getByText("The goods were taken off the shelf.").waitFor();
  await author.page.getByRole("button", { name: "Reopen" }).click();
  await author.page.getByText("The report is open again.").waitFor();
  await author.context.close();
});

/** U40 */
test("scans of one code far apart become an alert that an inspector weighs, notes and decides", async () => {
  await copied();
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await signIn(page, "inspector");
  await reopen(page, "/app/work?show=alerts");
  await page.locator("ul.list a").first().waitFor();
  await accessible(page, "alerts");
  await page.locator("ul.list a").first().click();
  await page.waitForSelector(".trail li");
  assert.match(await page.locator(".trail").innerText(), /km away/);
  await accessible(page, "an alert");
  await page.locator("textarea").last().fill("Asked both shops.");
  await page.getByRole("button", { name: "Add a note" }).click();
  await page.getByText("The note was added.").waitFor();
  await page.locator("input[value=confirmed]").check();
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Decision saved.").waitFor();
  await page.goto("/app/work/map");
  await page.locator("section ul li a[href*='/alerts/']", { hasText: "Winter boots" }).first().waitFor();
  // A place at 0,0, as faulty phones give it, does not widen the map.
  const drawn = await context.newPage();
  await drawn.addInitScript(() => (HTMLCanvasElement.prototype.getContext = () => null));
  const outline = () => drawn.locator("svg[role=img] path").first().getAttribute("d");
  await reopen(drawn, "/app/work/map");
  await drawn.locator("section ul li a[href*='/alerts/']").first().waitFor();
  const before = await outline();
  let added = 0;
  await drawn.route("**/v1/alerts?*", async (route) => {
    const answer = await (await route.fetch()).json();
    const items = answer.items.flatMap((item) => [
      item,
      { ...item, id: crypto.randomUUID(), place: { ...item.place, latitude: 0, longitude: 0 } },
    ]);
    added += items.length - answer.items.length;
    await route.fulfill({ json: { ...answer, items } });
  });
  await reopen(drawn, "/app/work/map");
  await drawn.locator("section ul li a[href*='/alerts/']").nth(1).waitFor();
  assert.ok(added > 0);
  assert.equal(await outline(), before);
  await drawn.close();
  await page.getByLabel("Scans", { exact: true }).check();
  // The server answers about the same days from memory for a minute: other days are counted now.
  await page
    .getByLabel("From", { exact: true })
    .fill(new Date(Date.now() - 29 * 86_400_000).toISOString().slice(0, 10));
  await page.getByText(/^Scans: [1-9]/).waitFor();
  await accessible(page, "the map");
  await page.getByLabel("Alerts", { exact: true }).uncheck();
  await page.waitForFunction(() => !document.querySelector("section ul li a[href*='/alerts/']"));
  assert.deepEqual(faults, []);
  await context.close();
});

test("an operator finds orders, goods and participants, and whoever is not signed in finds the way in", async () => {
  const { context, page, faults } = await visit({ language: "en", width: 1280, ...TALL });
  await page.goto("/app/register");
  await page.getByText("Sign in required").first().waitFor();
  await accessible(page, "the way in");
  await signIn(page, "operator");
  for (const path of ["/app/register?show=products", "/app/register?show=participants", "/app/register"]) {
    await page.goto(path);
    await page.waitForSelector("ul.list li");
    await accessible(page, path);
  }
  await page.locator("ul.list a").first().click();
  await page.waitForSelector("progress");
  await accessible(page, "an order");
  assert.deepEqual(faults, []);
  await context.close();
});

/** U38 */
test("the demo's page leads to the scanner, tells its pictures and links apart, and prints on few sheets", async () => {
  const { context, page, faults } = await visit({ language: "ru", camera: false });
  await page.goto("/demo");
  assert.ok((await page.locator("header a[href^='/?']").count()) > 0, "a way to the scanner");
  const names = await page.evaluate(() => [
    [...document.images].map(({ alt }) => alt),
    [...document.querySelectorAll("main li a")].map(({ textContent }) => textContent),
  ]);
  for (const list of names) {
    assert.ok(list.length >= stage.codes.length);
    assert.equal(new Set(list).size, list.length, "no two have the same name");
  }
  // Links on labels lead to the server that shows them.
  const links = stage.codes.filter(({ text }) => /^https?:/.test(text)).map(({ text }) => new URL(text));
  assert.ok(
    links.some(({ host }) => host === new URL(stage.base).host),
    String(links),
  );
  await accessible(page, "the codes of the demo");
  const sheets = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  assert.ok(sheets <= 12, `${sheets} sheets`);
  assert.deepEqual(faults, []);
  await context.close();
});
